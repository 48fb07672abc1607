import type { SourceProject, ts } from '../../source/index.js';
import { distinctFlows } from '../flows/distinct.js';
import { readFlow } from '../flows/flow-reading.js';
import { noteUnfollowed, readStart, readUncalled, rootsOf, uncalledKey } from '../flows/roots.js';
import { tasksIn } from '../flows/task-reading.js';
import { blaming } from '../ground/blame.js';
import { interpreterFor, type ProjectReading } from './read-project.js';

/** What belongs to one owner: the statements of a file, or a function that is called nowhere. Judged apart from all the others. */
export interface Unit {
  readonly owner: string;
  readonly reading: ProjectReading;
  /** Numbers of its flows: another owner may have the same ones. */
  readonly flows: readonly number[];
}

export interface Reread {
  /** What was read anew. */
  readonly units: readonly Unit[];
  /** Who has something still; of the others everything is to be forgotten. */
  readonly owners: ReadonlySet<string>;
}

/**
 * A project that is read again and again, of which only what a change concerns is read anew. What is read for a file
 * depends on that file and on those that it imports, and on nothing else; whether a function is called by anybody is asked
 * of all of them.
 */
export class Units {
  /** File → its calls of `.build()`. */
  readonly #builds = new Map<string, readonly ts.CallExpression[]>();
  /** Owner → the calls of `.build()` that were met when it was read. */
  readonly #visited = new Map<string, ReadonlySet<ts.Node>>();
  readonly #numbers = new Map<string, number>();

  /**
   * @param files what is read anew: what has changed, and what imports it
   * @param needed these, and what they import
   */
  read(project: SourceProject, files: readonly ts.SourceFile[], needed: readonly ts.SourceFile[]): Reread {
    const interpreter = interpreterFor(project);
    const { traces } = interpreter;
    const present = new Set(project.flowFiles.map(({ fileName }) => fileName));
    const anew = new Set(files.map(({ fileName }) => fileName));
    for (const file of this.#builds.keys()) if (!present.has(file) || anew.has(file)) this.#builds.delete(file);
    for (const owner of this.#visited.keys()) if (!this.#builds.has(fileOf(owner))) this.#visited.delete(owner);

    const { builds, starts } = rootsOf(needed, interpreter);
    for (const file of files)
      this.#builds.set(
        file.fileName,
        builds.filter((build) => build.getSourceFile() === file),
      );
    for (const start of starts) if (anew.has(start.getSourceFile().fileName)) readStart(start, interpreter);
    for (const owner of anew) this.#visited.set(owner, new Set(traces.visitedBy(owner)));

    const read = new Set(anew);
    const met = new Set([...this.#visited].flatMap(([owner, nodes]) => (isFile(owner) ? [...nodes] : [])));
    const left = project.flowFiles.flatMap(({ fileName }) => this.#builds.get(fileName) ?? []);
    for (const build of left) {
      const owner = uncalledKey(build);
      if (met.has(build)) {
        this.#visited.delete(owner);
        continue;
      }
      if (!this.#visited.has(owner)) {
        readUncalled(build, interpreter);
        this.#visited.set(owner, new Set(traces.visitedBy(owner)));
        read.add(owner);
      }
      for (const node of this.#visited.get(owner) ?? []) met.add(node);
    }
    const unfollowed = left.filter((build) => !met.has(build));
    traces.readFor(UNFOLLOWED, () => {
      for (const build of unfollowed) noteUnfollowed(build, interpreter);
    });
    read.add(UNFOLLOWED);

    const tasks = new Map(needed.map((file) => [file.fileName, tasksIn([file], interpreter)]));
    const allTasks = [...tasks.values()].flat();
    const flows = distinctFlows(traces.all(), this.#numbers).filter(({ built }) => read.has(built.owner));
    const units = [...read].map((owner): Unit => {
      const own = flows.filter(({ built }) => built.owner === owner);
      const reading = {
        project: { ...project, flowFiles: files.filter(({ fileName }) => fileName === owner) },
        interpreter,
        flows: own.map(({ built }) => blaming(built.at, () => readFlow(built, interpreter))),
        tasks: anew.has(owner) ? (tasks.get(owner) ?? []) : [],
        allTasks,
        apps: traces.apps().filter((app) => app.owner === owner),
        factories: [],
        unread: traces.unread().filter((flow) => flow.owner === owner),
      };
      return { owner, reading, flows: own.map(({ number }) => number) };
    });
    return { units, owners: new Set([...this.#visited.keys(), UNFOLLOWED]) };
  }
}

const UNFOLLOWED = '';

/** Owners are files, or places in files. */
function fileOf(owner: string): string {
  return owner.replace(/:\d+$/, '');
}

function isFile(owner: string): boolean {
  return fileOf(owner) === owner;
}
