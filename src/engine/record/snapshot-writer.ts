import { beginEntry, dropEntry } from '../state/fold.js';
import { snapshotTaken } from '../state/fold-run-facts.js';
import type { RunStatus } from '../state/run-status.js';
import { isSnapshotDue, snapshotOf } from '../state/snapshot.js';
import type { EngineParts } from './engine-context.js';
import { isRefusal } from './split-refused-step.js';
import type { Writer } from './writer.js';

/** Lets whoever reads a run later begin at a snapshot, where that spares most of the reading. */
export class SnapshotWriter {
  readonly #writer: Writer;
  readonly #parts: Pick<EngineParts, 'clock' | 'durability' | 'snapshotAfter'>;
  /** What it would hold is more than the store takes: the run goes on without. */
  #isTooLarge = false;

  constructor(writer: Writer, parts: Pick<EngineParts, 'clock' | 'durability' | 'snapshotAfter'>) {
    this.#writer = writer;
    this.#parts = parts;
  }

  isDue(status: RunStatus): boolean {
    return status.state === 'RUNNING' && !this.#isTooLarge && isSnapshotDue(status, this.#parts.snapshotAfter);
  }

  async write(status: RunStatus): Promise<void> {
    const { durability } = this.#parts;
    beginEntry(status, this.#parts.clock.nowMs());
    try {
      const entry = this.#writer.entry(status, [['SNAPSHOT', snapshotOf(status)]], 'snapshot');
      await this.#writer.append({ entry, durability: durability === 'relaxed' ? 'relaxed' : 'full' });
      snapshotTaken(status);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      dropEntry(status);
      this.#isTooLarge = true;
    }
  }
}
