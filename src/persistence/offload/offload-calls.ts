import { systemClock } from '../../model/clock.js';
import { checkTimeout, inTime } from '../contract/in-time.js';
import type { Offload } from './offload.js';

/** An answer is waited for so long at a time; then whoever asks for the same again waits for the call that is under way. */
const ANSWER_MS = 3_000;
/** Pauses before the second and the third try. */
const PAUSES_MS = [100, 400] as const;

interface UnderWay {
  readonly startedMs: number;
  readonly answer: Promise<unknown>;
}

/** Calls what a user gave, which may throw, fail for a while or never answer. */
export class OffloadCalls {
  readonly #to: Offload;
  readonly #timeoutMs: number;
  readonly #underWay = new Map<string, UnderWay>();

  /** @throws TypeError when it is none, or no timer can wait so long */
  constructor(to: Offload, timeoutMs: number) {
    for (const name of ['put', 'get'] as const)
      if (typeof to?.[name] !== 'function') throw new TypeError(`offloaded() needs a \`to\` with put and get: ${name} is no function`);
    checkTimeout(timeoutMs);
    this.#to = to;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws PersistenceError `STORE_UNREACHABLE` when it doesn't answer; whatever it throws */
  async put(key: string, text: string): Promise<void> {
    await this.#call(`put('${key}')`, () => this.#to.put(key, text));
  }

  /** What it answers, which may be anything. Throws like {@link put}. */
  get(key: string): Promise<unknown> {
    return this.#call(`get('${key}')`, () => this.#to.get(key));
  }

  /** Throws like {@link put}, after a few tries. */
  async removeAll(prefix: string): Promise<void> {
    for (const pauseMs of [...PAUSES_MS, undefined]) {
      try {
        await this.#call(`removeAll('${prefix}')`, async () => this.#to.removeAll?.(prefix));
        return;
      } catch (error) {
        if (pauseMs === undefined) throw error;
        await new Promise<void>((resolve) => systemClock.after(pauseMs, resolve));
      }
    }
  }

  async #call(what: string, call: () => unknown): Promise<unknown> {
    const nowMs = systemClock.monotonicMs();
    let underWay = this.#underWay.get(what);
    if (underWay === undefined || nowMs - underWay.startedMs >= this.#timeoutMs) {
      underWay = { startedMs: nowMs, answer: (async () => call())() };
      this.#underWay.set(what, underWay);
    }
    const { answer } = underWay;
    const forget = (): void => {
      if (this.#underWay.get(what)?.answer === answer) this.#underWay.delete(what);
    };
    answer.then(forget, forget);
    return inTime(answer, Math.min(ANSWER_MS, this.#timeoutMs), `where large values are kept, ${what}`);
  }
}
