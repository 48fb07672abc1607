/**
 * The slots of one executor: so many calls of all runs of the app are under way in it at once. Whoever finds none waits, and a slot that becomes
 * free goes to the one that has waited for longest, so that runs have their calls by turns.
 */
export class AppSlots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @param limit a whole number of at least 1 */
  constructor(limit: number) {
    this.#free = limit;
  }

  /** Says whether there was one. */
  take(): boolean {
    if (this.#free <= 0) return false;
    this.#free--;
    return true;
  }

  /** For a call that is under way, whether there is a slot for it or not: where there is none, so many more have to become free. */
  takeAnyway(): void {
    this.#free--;
  }

  giveBack(): void {
    if (this.#free >= 0)
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
}

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
