import { systemClock } from '../../model/clock.js';
import type { Statement } from './sql.js';

/** A statement that has no answer by then gets none: the server, or what is between, is dead and has not said so. */
const ANSWER_MS = 10_000;
/** What is on its way when a journal is closed has so long to come. */
export const CLOSING_MS = 1_000;
/** A slow network carries so many characters a millisecond. */
const CHARACTERS_A_MS = 1_000;

/** How long the answer of a statement is waited for: what is large takes its time on the way. */
export function answerMs(params: readonly unknown[] = [], { waitMs = ANSWER_MS }: Pick<Statement, 'waitMs'> = {}): number {
  let characters = 0;
  for (const param of params) {
    for (const one of Array.isArray(param) ? param : [param]) if (typeof one === 'string') characters += one.length;
  }
  return waitMs + characters / CHARACTERS_A_MS;
}

/** No answer came in time. Its connection is of no use any more: the answer may still come, to another question. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** The answers that one client of the database waits for: each for a bounded time, and none once it is closed. */
export class Answers {
  readonly #waiting = new Set<(reason: Error) => void>();
  #closed: Error | undefined;
  #closing: Promise<void> | undefined;
  #settled: (() => void) | undefined;

  /** What `ask` resolves with. @throws NoAnswerError after `forMs`, or when nothing is waited for any more */
  within<Answer>(forMs: number, ask: () => Promise<Answer>): Promise<Answer> {
    const closed = this.#closed;
    if (closed !== undefined) return Promise.reject(closed);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cancel();
        this.#waiting.delete(refuse);
        if (this.#waiting.size === 0) this.#settled?.();
      };
      const refuse = (reason: unknown): void => {
        settle();
        reject(reason);
      };
      const cancel = systemClock.after(forMs, () => refuse(new NoAnswerError(`no answer for ${Math.round(forMs)} ms`)));
      this.#waiting.add(refuse);
      ask().then((answer) => {
        settle();
        resolve(answer);
      }, refuse);
    });
  }

  /** Asks nothing more, and lets go of what is on its way when that does not come soon. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new NoAnswerError('the connection was closed');
    this.#closed = closed;
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = systemClock.after(CLOSING_MS, () => {
        for (const refuse of [...this.#waiting]) refuse(closed);
      });
      this.#settled = () => {
        cancel();
        resolve();
      };
    });
  }
}
