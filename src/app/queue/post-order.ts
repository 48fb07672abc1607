import type { PostOrder } from '../../engine/index.js';
import { inWords } from '../../model/in-words.js';

const MOST_PRIORITY = 100;
/** Ten years. */
const LONGEST_DELAY_MS = 315_576_000_000;

/** As callers say it. */
interface Asked {
  readonly priority?: number;
  readonly delayMs?: number;
  readonly at?: Date;
}

/** When a posted run may begin, and before which others. @throws TypeError that names the option which makes no sense */
export function postOrderOf({ priority = 0, delayMs, at }: Asked): PostOrder {
  if (!Number.isInteger(priority) || Math.abs(priority) > MOST_PRIORITY)
    throw new TypeError(`post({ priority }) is ${inWords(priority)}: it must be an integer from -100 to 100`);
  if (at !== undefined && delayMs !== undefined) throw new TypeError('post is given delayMs and at: give one of them');
  if (at !== undefined) return { priority, atMs: timeOf(at) };
  if (delayMs === undefined) return { priority };
  if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= LONGEST_DELAY_MS))
    throw new TypeError(`post({ delayMs }) is ${inWords(delayMs)}: it must be milliseconds from 0, ten years at most`);
  return { priority, delayMs: Math.ceil(delayMs) };
}

/** Dates of any realm have the method. */
function timeOf(at: Date): number {
  const time = typeof at === 'object' && at !== null && typeof at.getTime === 'function' ? at.getTime() : undefined;
  if (typeof time === 'number' && Number.isFinite(time)) return time;
  throw new TypeError(`post({ at }) is ${inWords(at)}: it must be a Date`);
}
