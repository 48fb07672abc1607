import type { ts } from '../source/index.js';

/** A question that was answered without knowing: which way a condition went. */
export interface Assumption {
  readonly condition: ts.Node;
  readonly holds: boolean;
}

/** More ways than these are not followed. */
const MOST_WAYS = 32;

/**
 * Answers conditions that only a run can know, both ways, one after the other: what depends on them is read again for
 * each way. The same unknown gets the same answer within one way.
 */
export class Oracle {
  #planned: readonly boolean[] = [];
  #taken: Assumption[] = [];
  #exhausted = false;
  #asked = 0;

  /**
   * Reads once for every way that the conditions can go; `false`: there were too many.
   *
   * @param read says whether there is time for another way
   */
  everyWay(read: () => boolean): boolean {
    let ways = 0;
    for (let plan: readonly boolean[] | undefined = []; plan !== undefined; plan = this.#next()) {
      if (ways++ === MOST_WAYS) {
        this.#exhausted = true;
        break;
      }
      this.#planned = plan;
      this.#taken = [];
      if (!read() && this.#next() !== undefined) {
        this.#exhausted = true;
        break;
      }
    }
    const all = !this.#exhausted;
    this.#planned = [];
    this.#taken = [];
    this.#exhausted = false;
    return all;
  }

  /** How often it was asked: a loop whose condition asks turns nobody knows how often. */
  get asked(): number {
    return this.#asked;
  }

  answer(condition: ts.Node): boolean {
    this.#asked++;
    const known = this.#taken.find((one) => one.condition === condition);
    if (known !== undefined) return known.holds;
    const holds = this.#planned[this.#taken.length] ?? true;
    this.#taken.push({ condition, holds });
    return holds;
  }

  /** What was assumed on the way so far. */
  get assumptions(): readonly Assumption[] {
    return this.#taken;
  }

  #next(): readonly boolean[] | undefined {
    const answers = this.#taken.map(({ holds }) => holds);
    while (answers.length > 0) {
      if (answers.pop() === true) return [...answers, false];
    }
    return undefined;
  }
}
