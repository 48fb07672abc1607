import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The slots of one app: so many calls of all its runs are under way at once. Whoever finds none waits, and a slot that becomes
 * free goes to the one that has waited for longest, so that runs have their calls by turns.
 */
export class AppSlots {
  #free: number;
  readonly #waiting = new Set<() => void>();
  readonly #calls = new AsyncLocalStorage<CallSlot | undefined>();

  /** @param limit a whole number of at least 1 */
  constructor(limit: number) {
    this.#free = limit;
  }

  /** Says whether there was one. */
  take(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  giveBack(): void {
    for (const given of this.#waiting) {
      this.#waiting.delete(given);
      given();
      return;
    }
    this.#free++;
  }

  /** @param given called with a slot, once; until then its place in the row stays */
  wait(given: () => void): void {
    this.#waiting.add(given);
  }

  leave(given: () => void): void {
    this.#waiting.delete(given);
  }

  /** Begins a call: what its code asks of this app is known as its own. */
  within<Result>(slot: CallSlot | undefined, begin: () => Result): Result {
    return this.#calls.run(slot, begin);
  }

  /** What the work does is no part of the call that asks for it. */
  outside<Result>(work: () => Result): Result {
    return this.#calls.run(undefined, work);
  }

  /**
   * A call that waits for a run of this app lends its slot meanwhile: that run may need it.
   *
   * @returns what the call has to wait for before it goes on: it has a slot again then
   */
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

/** The slot of one call, which it has until its code has ended. */
export class CallSlot {
  readonly #slots: AppSlots;
  #isHeld = true;
  #isOver = false;
  /** For how many runs the call waits. */
  #waits = 0;
  /** Ends a wait for a slot, without one. */
  #goOn: (() => void) | undefined;

  constructor(slots: AppSlots) {
    this.#slots = slots;
  }

  lend(): void {
    this.#waits++;
    this.#goOn?.();
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#slots.giveBack();
  }

  /** Resolves when the call has a slot again, or need not have one. */
  async takeBack(): Promise<void> {
    this.#waits--;
    if (this.#waits > 0 || this.#isOver || this.#isHeld) return;
    if (this.#slots.take()) {
      this.#isHeld = true;
      return;
    }
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        this.#goOn = undefined;
        resolve();
      };
      const given = (): void => {
        this.#isHeld = true;
        goOn();
      };
      this.#goOn = () => {
        this.#slots.leave(given);
        goOn();
      };
      this.#slots.wait(given);
    });
  }

  /** The code is to end: it does not wait for a slot any longer. */
  abort(): void {
    this.#goOn?.();
  }

  /** The code has ended, or is not waited for any longer. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#goOn?.();
    if (this.#isHeld) this.#slots.giveBack();
    this.#isHeld = false;
  }
}
