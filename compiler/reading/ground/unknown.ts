import type { ts } from '../../source/index.js';

/** A comparison of something unknown with one value. */
export interface Question {
  /** The source of what is compared. */
  readonly of: string;
  readonly value: unknown;
  /** All that it may be, if there are only some. */
  readonly values: readonly unknown[] | undefined;
  /** Whether it is to be another one. */
  readonly negated: boolean;
}

/** A value that only a run can know, with the reason and the place. */
export class Unknown {
  /**
   * @param reason a sentence without its full stop, that stands after "because"
   * @param at what can't be known
   * @param type what its type says of it, as far as there is one
   * @param started it came out of a flow that is being built
   * @param question it says whether something unknown, which is `at`, is one value
   * @param handed what was handed to the call that gives it
   */
  constructor(
    readonly reason: string,
    readonly at: ts.Node,
    readonly type: ts.Type | undefined,
    readonly started = false,
    readonly question?: Question,
    readonly handed: readonly unknown[] = [],
  ) {}

  /** It must not be taken for a text or a number. */
  [Symbol.toPrimitive](): never {
    throw new CannotKnow(this);
  }
}

/** Stops code that would use an unknown value as if it were known. */
export class CannotKnow extends Error {
  constructor(readonly unknown: Unknown) {
    super(unknown.reason);
  }
}

/** What the source itself throws: that path makes no flow. */
export class Thrown extends Error {}
