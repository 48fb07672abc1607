/** Lets a run and whoever looks at it take turns: the run waits at the gate until the next step is asked for. */
export class StepGate<Step> {
  #waiting: { readonly step: Step; readonly goOn: () => void } | undefined;
  #asking: ((step: Step | undefined) => void) | undefined;
  #shown: (() => void) | undefined;
  #isOpen = false;
  #isClosed = false;

  /** The run comes with a step. Resolves when it may go on. */
  pass(step: Step): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    return new Promise((goOn) => {
      this.#waiting = { step, goOn };
      this.#show();
    });
  }

  /** Lets the run go on, and gives its next step; nothing when there is none any more. */
  next(): Promise<Step | undefined> {
    this.#shown?.();
    this.#shown = undefined;
    return new Promise((resolve) => {
      this.#asking = resolve;
      this.#show();
    });
  }

  /** No more steps are asked for: the run goes on by itself. */
  open(): void {
    this.#isOpen = true;
    this.#shown?.();
    this.#waiting?.goOn();
  }

  /** The run has come to rest. */
  close(): void {
    this.#isClosed = true;
    this.#show();
  }

  #show(): void {
    if (this.#asking === undefined || (this.#waiting === undefined && !this.#isClosed)) return;
    this.#asking(this.#waiting?.step);
    this.#asking = undefined;
    this.#shown = this.#waiting?.goOn;
    this.#waiting = undefined;
  }
}
