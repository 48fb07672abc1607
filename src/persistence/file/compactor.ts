import { systemClock } from '../../model/clock.js';
import type { CommitQueue } from './commit-queue.js';
import { compact, liveBytes } from './compaction.js';
import type { SegmentedLog } from './log/segmented-log.js';
import type { LogIndex } from './replay.js';

/** Whoever closes the log waits so long for a compaction. */
const ENDING_MS = 1_000;

export interface CompactorParams {
  readonly index: LogIndex;
  readonly log: SegmentedLog;
  readonly queue: CommitQueue;
  readonly segmentBytes: number;
}

/**
 * Keeps the log in proportion: when more of it is dead than alive, and more than a segment, it is written anew beside
 * the work. So a byte that lives is copied once for each time that the log has grown by as much again.
 */
export class Compactor {
  readonly #params: CompactorParams;
  #running: Promise<void> | undefined;
  #isEnding = false;

  constructor(params: CompactorParams) {
    this.#params = params;
  }

  /** Looks whether it is time, unless it is at work. */
  look(): void {
    if (this.#running !== undefined || !this.#isDue()) return;
    // A compaction that fails is left: nothing was replaced, and damage is reported to those who read it.
    this.#running = this.#work()
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Lets what is at work come to its end, if that is near; what is left is for the next time. */
  async end(): Promise<void> {
    const cancel = systemClock.after(ENDING_MS, () => {
      this.#isEnding = true;
    });
    await this.#running;
    cancel();
  }

  #isDue(): boolean {
    const { index, log, segmentBytes } = this.#params;
    const live = liveBytes(index);
    const dead = log.bytes - live;
    return dead > live && dead > segmentBytes;
  }

  async #work(): Promise<void> {
    const { index, log, queue } = this.#params;
    // What is dead may be in the segment that is written to.
    await queue.exclusively(() => log.rotate());
    await compact(index, log, () => this.#isEnding);
  }
}
