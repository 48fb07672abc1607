import type { RawJob } from './raw-board.js';

/**
 * Claims out of a list that was read once, until it is used up. Each claimer begins elsewhere in it, so that they seldom want the same
 * job: by hand there is no order to be kept.
 */
export class Listing<Listed> {
  readonly #read: () => Promise<readonly Listed[]>;
  readonly #tryClaim: (listed: Listed) => Promise<RawJob | undefined>;
  readonly #part: number;
  #left: Listed[] = [];

  /** @param part where in the list this claimer begins, from 0 to 1 */
  constructor(part: number, read: () => Promise<readonly Listed[]>, tryClaim: (listed: Listed) => Promise<RawJob | undefined>) {
    this.#part = part;
    this.#read = read;
    this.#tryClaim = tryClaim;
  }

  async next(): Promise<RawJob | undefined> {
    for (;;) {
      if (this.#left.length === 0) {
        const listed = await this.#read();
        if (listed.length === 0) return undefined;
        const from = Math.floor(listed.length * this.#part);
        this.#left = [...listed.slice(from), ...listed.slice(0, from)];
      }
      for (let one = this.#left.shift(); one !== undefined; one = this.#left.shift()) {
        const job = await this.#tryClaim(one);
        if (job !== undefined) return job;
      }
    }
  }
}
