import type { ts } from '../../source/index.js';
import type { Question } from './unknown.js';

/** A question that was answered without knowing: which path was taken. */
export interface Assumption {
  readonly condition: ts.Node;
  readonly holds: boolean;
}

interface Answer extends Assumption {
  /** What it was asked of. */
  readonly at: ts.Node;
  readonly question: Question | undefined;
}

/** More paths than these are not followed. */
const MOST_PATHS = 32;

/**
 * Answers conditions that only a run can know with both answers, one after the other: what depends on them is read again for
 * each path. The same unknown gets the same answer on one path.
 */
export class Oracle {
  #planned: readonly boolean[] = [];
  #taken: Answer[] = [];
  #exhausted = false;
  #asked = 0;

  /**
   * Reads once for every path that the conditions allow; `false`: there were too many.
   *
   * @param read says whether there is time for another path
   */
  allPaths(read: () => boolean): boolean {
    let paths = 0;
    for (let plan: readonly boolean[] | undefined = []; plan !== undefined; plan = this.#next()) {
      if (paths++ === MOST_PATHS) {
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

  /** How often it was asked: how often a loop turns whose condition asks is unknown. */
  get asked(): number {
    return this.#asked;
  }

  /**
   * @param at what is unknown
   * @param condition where it is asked
   */
  answer(at: ts.Node, condition: ts.Node = at): boolean {
    this.#asked++;
    const known = this.#taken.find((one) => one.at === at && one.question === undefined);
    return known === undefined ? this.#take({ at, condition, question: undefined }) : known.holds;
  }

  /** Whether something unknown is one value: it is never two, and always one of those that it may be. */
  is(question: Question, at: ts.Node, condition: ts.Node): boolean {
    this.#asked++;
    const { of, value, values } = question;
    const same = this.#taken.filter((one) => one.at === at && one.question?.of === of);
    const known = same.find((one) => one.question?.value === value);
    if (known !== undefined) return known.holds;
    if (same.some(({ holds }) => holds)) return false;
    const left = values?.filter((one) => same.every((other) => other.question?.value !== one));
    if (left?.includes(value) === false) return false;
    return left?.length === 1 || this.#take({ at, condition, question });
  }

  #take(asked: Omit<Answer, 'holds'>): boolean {
    const holds = this.#planned[this.#taken.length] ?? true;
    this.#taken.push({ ...asked, holds });
    return holds;
  }

  /** What was assumed on this path so far. */
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
