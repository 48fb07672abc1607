import { type Call, type CallEnd, CallHere } from '../../calls/index.js';
import type { Clock } from '../../model/clock.js';
import { endOfTurn } from '../../model/event-loop.js';
import type { Failure, OutOfTimeFailure, TimeCode } from '../../model/failure.js';

/** A place that is ended by force is gone at once; where it is not, the machine has more trouble than a run can wait for. */
const KILLED_MS = 5_000;

export interface WatchParts {
  readonly clock: Clock;
  /** How long the code may take to end after its signal was aborted. */
  readonly graceMs: number;
  /** It has not ended, and nothing can end it: as it is not waited for any more, this is its end. */
  stuck(end: CallEnd): void;
}

/**
 * The time of one call. When it is over, the signal of the call is aborted; its code has `graceMs` to end then, and is ended by
 * force after that, where its executor can. What it returns meanwhile counts; all else means that nobody knows what it has done.
 */
export class CallWatch {
  readonly #call: Call;
  readonly #parts: WatchParts;
  #outOfTime: OutOfTime | undefined;
  /** When the code was heard of last. */
  #heardMs = 0;
  /** One for each time that runs. */
  readonly #cancels = new Set<() => void>();
  #isOver = false;

  constructor(call: Call, parts: WatchParts) {
    this.#call = call;
    this.#parts = parts;
  }

  /** Ends the call when these times, in milliseconds from now on, are over; for its silence, when nothing was heard of it for so long. */
  limit(afterMs: number, why: OutOfTime): void {
    this.#after(afterMs, () => this.expire(why));
  }

  /** The same for silence: {@link hear} begins it anew. */
  limitSilence(silenceMs: number, why: OutOfTime): void {
    this.hear();
    this.#listen(silenceMs, silenceMs, why);
  }

  /** The code has said something. */
  hear(): void {
    this.#heardMs = this.#parts.clock.monotonicMs();
  }

  /** The time is over. */
  expire(why: OutOfTime): void {
    if (this.#isOver || this.#outOfTime !== undefined) return;
    this.#stopTimers();
    this.#outOfTime = why;
    this.#call.abort(why);
    this.#after(this.#parts.graceMs, () => this.#kill());
  }

  /** The call has ended like this: what that means, as its time may be over. */
  ended(end: CallEnd): CallEnd {
    this.#isOver = true;
    this.#stopTimers();
    return this.#outOfTime === undefined || end.kind === 'result' ? end : this.#outOfTime.endOf(end.failure);
  }

  /** Whether the time was over, and that means that the piece of work is not tried again. */
  get isFinal(): boolean {
    return this.#outOfTime?.isFinal === true;
  }

  #kill(): void {
    this.#call.kill();
    if (this.#call instanceof CallHere) this.#giveUp();
    else this.#after(KILLED_MS, () => this.#giveUp());
  }

  #giveUp(): void {
    this.#isOver = true;
    this.#parts.stuck((this.#outOfTime as OutOfTime).endOf());
  }

  /** What was said while the process was busy has arrived, and is not heard before the timer: it is, when this turn has ended. */
  #listen(delayMs: number, silenceMs: number, why: OutOfTime): void {
    this.#after(delayMs, () => {
      void endOfTurn().then(() => {
        const restMs = this.#heardMs + silenceMs - this.#parts.clock.monotonicMs();
        if (restMs <= 0) this.expire(why);
        else if (!this.#isOver && this.#outOfTime === undefined) this.#listen(restMs, silenceMs, why);
      });
    });
  }

  /** Never at once. A timer waits for some weeks at most, and may be a little early. */
  #after(delayMs: number, then: () => void): void {
    if (delayMs === Number.POSITIVE_INFINITY || this.#isOver) return;
    const { clock } = this.#parts;
    const dueMs = clock.monotonicMs() + delayMs;
    const wait = (): void => {
      const cancel = clock.after(Math.max(0, dueMs - clock.monotonicMs()), () => {
        this.#cancels.delete(cancel);
        if (clock.monotonicMs() < dueMs) wait();
        else then();
      });
      this.#cancels.add(cancel);
    };
    wait();
  }

  #stopTimers(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

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
