import { LONGEST_TIMER_MS, systemClock } from '../../model/clock.js';
import { PersistenceError } from '../../model/errors.js';

/**
 * The result of work that may never come to one: of a disk or a service that doesn't answer. The work goes on, and nothing
 * waits for it any more. By real time, whatever clock an app has: what is waited for is real, too.
 *
 * @param what whose answer it is, as the beginning of a sentence
 * @throws PersistenceError `STORE_UNREACHABLE` after `timeoutMs`
 */
export async function inTime<Result>(work: Promise<Result>, timeoutMs: number, what: string): Promise<Result> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    const expire = (): void => reject(new PersistenceError('STORE_UNREACHABLE', `${what} gave no answer for ${timeoutMs} ms`));
    cancel = systemClock.after(timeoutMs, () => {
      // Where this process itself was held up, the answer is there, and is taken in before this timer is looked at.
      cancel = systemClock.after(1, expire);
    });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** @throws TypeError when no timer can wait so long */
export function checkTimeout(timeoutMs: number): void {
  if (!(timeoutMs > 0 && timeoutMs <= LONGEST_TIMER_MS))
    throw new TypeError(`timeoutMs is ${timeoutMs}: it must be more than 0 and at most ${LONGEST_TIMER_MS}`);
}
