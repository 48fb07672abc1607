import type { Clock } from '../../model/clock.js';
import type { SoughtWork } from '../wire/messages.js';
import type { RemoteCall } from './remote-call.js';

/** What is published may be lost, and workers may just be connecting: it is asked so often. */
const AGAIN_MS = 250;
/** While the broker is out of reach nobody can answer: so long that is waited for. */
const OUT_OF_REACH_MS = 10_000;
/** Calls that workers are asked for in one message. */
const ASKED_AT_ONCE = 500;
const UPKEEP = { keepsAlive: false, upkeep: true };

interface Sought {
  readonly call: RemoteCall;
  untilMs: number;
  isAsked: boolean;
  found(isFound: boolean): void;
}

interface SearchParts {
  readonly clock: Clock;
  /** How long workers have to answer. */
  readonly reattachMs: number;
  /** Asks all workers for these. */
  ask(works: readonly SoughtWork[]): void;
}

/** Calls that an engine before this one had begun, and that workers are asked for. */
export class SoughtCalls {
  readonly #parts: SearchParts;
  readonly #sought = new Map<number, Sought>();
  #cancel: (() => void) | undefined;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** Resolves when a worker says that it has it, or knows what came of it, with true; with false when none does in time. */
  find(call: RemoteCall): Promise<boolean> {
    const { clock, reattachMs } = this.#parts;
    const untilMs = clock.monotonicMs() + reattachMs + OUT_OF_REACH_MS;
    return new Promise((found) => {
      this.#sought.set(call.number, { call, untilMs, isAsked: false, found });
      // Those that are asked for at the same moment are asked for together.
      this.#cancel?.();
      this.#cancel = clock.after(0, () => this.#ask(), UPKEEP);
    });
  }

  /** The broker has passed on the question: from now on the time counts that workers have. */
  asked(works: readonly SoughtWork[]): void {
    const { clock, reattachMs } = this.#parts;
    for (const { call } of works) {
      const sought = this.#sought.get(call);
      if (sought?.isAsked !== false) continue;
      sought.isAsked = true;
      sought.untilMs = clock.monotonicMs() + reattachMs;
    }
  }

  /** A worker has answered. Says whether it was asked for that. */
  found(number: number): boolean {
    const sought = this.#sought.get(number);
    this.#sought.delete(number);
    sought?.found(true);
    return sought !== undefined;
  }

  close(): void {
    this.#cancel?.();
    for (const { found } of this.#sought.values()) found(false);
    this.#sought.clear();
  }

  #ask(): void {
    const { clock, ask, reattachMs } = this.#parts;
    const nowMs = clock.monotonicMs();
    for (const [number, { untilMs, found }] of this.#sought) {
      if (untilMs > nowMs) continue;
      this.#sought.delete(number);
      found(false);
    }
    const works = [...this.#sought.values()].map(({ call }) => workOf(call));
    if (works.length === 0) return;
    for (let from = 0; from < works.length; from += ASKED_AT_ONCE) ask(works.slice(from, from + ASKED_AT_ONCE));
    this.#cancel = clock.after(Math.max(1, Math.min(AGAIN_MS, reattachMs)), () => this.#ask(), UPKEEP);
  }
}

function workOf({ number, name, request: { attempt, fence, task, version } }: RemoteCall): SoughtWork {
  return { call: number, work: name, attempt, fence, task, version };
}
