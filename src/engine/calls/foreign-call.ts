import { type Call, type CallEnd, checkedEnd, type Executor, type Work } from '../../calls/index.js';
import { atMost, type Clock } from '../../model/clock.js';
import { toFailure } from '../../model/failure.js';

/** A call that an executor of the user's makes: whatever that does, its run hears an end that the journal can keep. */
export class ForeignCall implements Call {
  readonly end: Promise<CallEnd>;
  readonly begun?: Promise<number>;
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
    this.end = endOf(call);
    const { begun } = call;
    // One that says that it could not begin has an end that says why.
    if (begun !== undefined) this.begun = Promise.resolve(begun).then(agoOf, () => 0);
  }

  abort(reason: Error): void {
    quietly(() => this.#call.abort(reason));
  }

  kill(): void {
    quietly(() => this.#call.kill());
  }

  recorded(): void {
    quietly(() => this.#call.recorded?.());
  }
}

/** What an executor says of how long ago a call was begun. */
function agoOf(ms: unknown): number {
  return typeof ms === 'number' && ms > 0 ? ms : 0;
}

/** A call without an end may have been made: what it did is unknown. */
async function endOf(call: Call): Promise<CallEnd> {
  try {
    return checkedEnd(await call.end);
  } catch (thrown) {
    return { kind: 'interrupted', failure: toFailure(thrown) };
  }
}

function quietly(ask: () => void): void {
  try {
    ask();
  } catch {
    // The call ends by itself, or not: its run can do no more about it.
  }
}

/** An executor that is asked for a call and does not answer has none. */
const ANSWER_MS = 60_000;

/**
 * A call that was begun before, and whose end is unknown: the executor is asked whether a place still has it. Nothing: none has, or
 * it can't be said.
 */
export async function soughtCall(executor: Executor, work: Work, clock: Clock): Promise<Call | undefined> {
  let found: Call | undefined;
  let isOver = false;
  const answered = (async () => {
    const call = await executor.reattach?.(work);
    if (call === undefined) return;
    found = new ForeignCall(call);
    // It is made again by now.
    if (isOver) found.abort(new Error('this call was made again, as nobody has said in time that a place has it'));
  })().catch(() => undefined);
  await atMost(clock, ANSWER_MS, answered);
  isOver = true;
  return found;
}

/** A call that is over without having been made. */
export function endedCall(end: CallEnd): Call {
  return { end: Promise.resolve(end), abort: () => undefined, kill: () => undefined };
}

export const NOTHING_TO_UNDO = endedCall({ kind: 'result' });
