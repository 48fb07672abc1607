import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallSlot } from './app-slots.js';

/** Knows by which call something is asked of the app: one that waits for a run of this app lends its slot meanwhile, as that run may need it. */
export class SlotLoans {
  readonly #calls = new AsyncLocalStorage<CallSlot | undefined>();

  /** Begins a call: what its code asks of this app is known as its own. */
  within<Result>(slot: CallSlot | undefined, begin: () => Result): Result {
    return this.#calls.run(slot, begin);
  }

  /** What the work does is no part of the call that asks for it. */
  outside<Result>(work: () => Result): Result {
    return this.#calls.run(undefined, work);
  }

  /** @returns what the call has to wait for before it goes on: it has a slot again then */
  lend(): () => Promise<void> {
    const slot = this.#calls.getStore();
    if (slot === undefined) return nothingLent;
    slot.lend();
    return () => slot.takeBack();
  }

  async whileWaiting<Result>(work: () => Promise<Result>): Promise<Result> {
    const takeBack = this.lend();
    try {
      return await this.outside(work);
    } finally {
      await takeBack();
    }
  }
}

const nothingLent = async (): Promise<void> => undefined;
