import { type Call, type CallEnd, checkedEnd, type Executor, type Work } from '../../calls/index.js';
import { toFailure } from '../../model/failure.js';

/** A call that an executor of the user's makes: whatever that does, its run hears an end that the journal can keep. */
export class ForeignCall implements Call {
  readonly end: Promise<CallEnd>;
  readonly begun?: Promise<void>;
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
    this.end = endOf(call);
    const { begun } = call;
    // One that says that it could not begin has an end that says why.
    if (begun !== undefined) this.begun = Promise.resolve(begun).catch(() => undefined);
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

/**
 * A call that was begun before, and whose end is unknown: the executor is asked whether a place still has it, and
 * begins it anew otherwise. What is asked of it meanwhile is passed on when it is known.
 */
export function reattachedCall(executor: Executor, work: Work): Call {
  let call: Call | undefined;
  let reason: Error | undefined;
  let isKilled = false;
  const given = (async () => (await executor.reattach?.(work)) ?? executor.start(work))();
  return {
    begun: given.then((found) => found.begun),
    end: given.then((found) => {
      call = found;
      if (reason !== undefined) call.abort(reason);
      if (isKilled) call.kill();
      return found.end;
    }),
    abort(why) {
      reason ??= why;
      call?.abort(why);
    },
    kill() {
      isKilled = true;
      call?.kill();
    },
    recorded: () => call?.recorded?.(),
  };
}
