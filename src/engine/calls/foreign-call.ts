import { type Call, type CallEnd, checkedEnd } from '../../calls/index.js';
import { toFailure } from '../../model/failure.js';

/** A call that an executor of the user's makes: whatever that does, its run hears an end that the journal can keep. */
export class ForeignCall implements Call {
  readonly end: Promise<CallEnd>;
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
    this.end = endOf(call);
  }

  abort(reason: Error): void {
    quietly(() => this.#call.abort(reason));
  }

  kill(): void {
    quietly(() => this.#call.kill());
  }
}

/** What gives no end has been begun all the same: nobody knows what it did. */
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
