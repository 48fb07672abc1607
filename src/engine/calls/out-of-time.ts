import type { CallEnd } from '../../calls/index.js';
import type { Failure, OutOfTimeFailure, TimeCode } from '../../model/failure.js';

/** The time of a call is over: what its signal is aborted with, and why it failed. */
export class OutOfTime extends Error {
  override readonly name = 'TimeoutError';
  readonly code: TimeCode;
  readonly #failure: OutOfTimeFailure;

  constructor(failure: OutOfTimeFailure) {
    super(failure.message);
    this.code = failure.code;
    this.#failure = failure;
  }

  /** Trying again takes more of a time that is over. */
  get isFinal(): boolean {
    return this.code === 'DEADLINE';
  }

  /** Of a call that has not returned: what it did is not known. What it threw is the cause, unless that is this. */
  endOf(thrown?: Failure): CallEnd {
    if (thrown === undefined || thrown.code === this.code) return { kind: 'interrupted', failure: this.#failure };
    const lasting = thrown.permanent === true ? { permanent: true as const } : {};
    return { kind: 'interrupted', failure: { ...this.#failure, ...lasting, cause: thrown } };
  }
}
