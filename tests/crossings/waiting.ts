import type { VirtualClock } from '../../src/testing/index.js';
import type { LiveProcess } from './process.js';

export const TICK_MS = 1_000;
/** So often time goes on by a tick while something is waited for. */
const PATIENCE = 600;
/** Where time goes on by itself, it is looked at so often, after so long each time. */
const REAL_PATIENCE = 4_000;
const LOOK_MS = 5;

/** Waits for what has to come, and blames what does not. */
export class Waiting {
  readonly #clock: VirtualClock | undefined;
  readonly #blame: (what: string) => void;

  constructor(clock: VirtualClock | undefined, blame: (what: string) => void) {
    this.#clock = clock;
    this.#blame = blame;
  }

  /** Time goes on until something is there, or the process has died. */
  async until<Result>(process: LiveProcess, promise: Promise<Result>, what: string): Promise<Result | 'died' | undefined> {
    const over = Promise.race([promise, process.died]);
    let isOver = false;
    const ends = (): void => {
      isOver = true;
    };
    over.then(ends, ends);
    for (let look = 0; look < (this.#clock === undefined ? REAL_PATIENCE : PATIENCE); look++) {
      await turns(4);
      if (isOver) return over;
      if (this.#clock === undefined) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      else this.#clock.advance(TICK_MS);
    }
    this.#blame(`${what} hangs`);
    return undefined;
  }
}

/** Lets everything that needs no time happen, for so many turns. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
