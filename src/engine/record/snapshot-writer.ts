import type { Clock } from '../../model/clock.js';
import { beginEntry, dropEntry } from '../state/fold.js';
import { snapshotTaken } from '../state/fold-run-facts.js';
import type { RunStatus } from '../state/run-status.js';
import { isSnapshotDue, snapshotOf } from '../state/snapshot.js';
import type { Durability } from './durability.js';
import { isRefusal } from './split-refused-step.js';
import type { Writer } from './writer.js';

/** When and how snapshots are written. */
export interface SnapshotSettings {
  readonly clock: Clock;
  readonly durability: Durability;
  /** Entries that are written at least between two snapshots. */
  readonly snapshotAfter: number;
}

/** Writes snapshots, at which later readers of a run begin, where that spares most of the reading. */
export class SnapshotWriter {
  readonly #writer: Writer;
  readonly #settings: SnapshotSettings;
  /** What it would hold is more than the store takes: the run goes on without. */
  #isTooLarge = false;

  constructor(writer: Writer, settings: SnapshotSettings) {
    this.#writer = writer;
    this.#settings = settings;
  }

  isDue(status: RunStatus): boolean {
    return status.state === 'RUNNING' && !this.#isTooLarge && isSnapshotDue(status, this.#settings.snapshotAfter);
  }

  async write(status: RunStatus): Promise<void> {
    const { durability } = this.#settings;
    beginEntry(status, this.#settings.clock.nowMs());
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
