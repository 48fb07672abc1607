import { setMaxListeners } from 'node:events';
import type { CallEnd } from './end.js';
import type { Call } from './executor.js';

/** An `AbortController`, by what is used of it: the declarations of the package compile where no library has that name. */
export interface Controller {
  readonly signal: AbortSignal;
  abort(reason: Error): void;
}

/** A call that is made in this process. It can be aborted, but not ended by force. */
export class CallHere implements Call {
  readonly end: Promise<CallEnd>;
  readonly #controller: Controller;

  /** @param controller of the signal that its code has */
  constructor(end: Promise<CallEnd>, controller: Controller) {
    this.end = end;
    this.#controller = controller;
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  kill(): void {
    // No code of this process can be ended by force.
  }
}

/**
 * The controllers of calls that are made in this process. To make one takes as long as all else of a call: so a call has that of
 * an earlier call which has ended, unless that was aborted.
 */
export class Controllers {
  readonly #free: Controller[] = [];
  readonly #areShared: boolean;

  /** @param areShared not where one call alone may be aborted: what an earlier call has left listening would hear it */
  constructor(areShared: boolean) {
    this.#areShared = areShared;
  }

  take(): Controller {
    return this.#free.pop() ?? newController();
  }

  giveBack(controller: Controller): void {
    if (this.#areShared && !controller.signal.aborted) this.#free.push(controller);
  }
}

/** One whose signal any number may listen to. */
export function newController(): Controller {
  const made = new AbortController();
  // Each request of a task may listen: that is no leak to warn of.
  setMaxListeners(0, made.signal);
  return made;
}
