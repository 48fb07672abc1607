import type { Finding } from '../findings/finding.js';
import { placesIn, Units } from '../reading/index.js';
import { ImportGraph, type SourceProject } from '../source/index.js';
import { type CheckOptions, found, judged } from './check.js';

/** What a check says, and of how much. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly flows: number;
  readonly tasks: number;
}

interface Judged {
  readonly findings: readonly Finding[];
  readonly flows: readonly number[];
  readonly tasks: number;
}

/** Checks a project again and again, and judges only what a change concerns. It says the same as a check of all of it. */
export class RepeatedCheck {
  readonly #imports = new ImportGraph();
  readonly #units = new Units();
  readonly #judged = new Map<string, Judged>();
  /** Files with executors whose tasks are listed by another module, which they need not import. */
  readonly #ofAll = new Set<string>();

  /** @param project as it is now: sources that did not change are those of the last time */
  check(project: SourceProject, options: CheckOptions = {}): Checked {
    const { files, needed } = this.#imports.concernedIn(project, this.#ofAll);
    const { units, owners } = this.#units.read(project, files, needed);
    for (const owner of this.#judged.keys()) if (!owners.has(owner)) this.#judged.delete(owner);
    for (const { owner, reading, flows } of units) {
      this.#judged.set(owner, { findings: found(reading), flows, tasks: reading.tasks.length });
      this.#ofAll.delete(owner);
      if (placesIn(reading.project.flowFiles, reading.interpreter).length > 0) this.#ofAll.add(owner);
    }
    const all = [...this.#judged.values()];
    return {
      findings: judged(
        all.flatMap(({ findings }) => findings),
        project,
        options,
      ),
      flows: new Set(all.flatMap(({ flows }) => flows)).size,
      tasks: all.reduce((sum, { tasks }) => sum + tasks, 0),
    };
  }
}
