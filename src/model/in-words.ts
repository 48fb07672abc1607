import { inspect } from 'node:util';
import { isError } from './kinds.js';

/** A sentence quotes so much of a value. */
const MAX_WORDS = 200;

const PLAINLY = {
  ...{ customInspect: false, getters: false, depth: 1, maxArrayLength: 8, maxStringLength: MAX_WORDS },
  ...{ compact: true, breakLength: Number.POSITIVE_INFINITY },
} as const;

/**
 * A value as sentences quote it, such as `'text'`, `Symbol(x)` or `{ a: 1 }`. For whatever user code gives: calls no getter,
 * `toString` or `toJSON` of a value, follows no proxy, and never throws.
 */
export function inWords(value: unknown): string {
  try {
    const words = isError(value) ? `${String(value.name)}: ${String(value.message)}` : inspect(value, PLAINLY);
    return words.length <= MAX_WORDS ? words : `${words.slice(0, MAX_WORDS)}…`;
  } catch {
    return `a value of type ${typeof value} that can't be read`;
  }
}

/** What anything that was thrown says. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    const said: unknown = isError(thrown) ? thrown.message : thrown;
    return typeof said === 'string' ? said : inWords(said);
  } catch {
    return "an error that can't be read";
  }
}

/** Anything that was thrown as an error, for those who may throw or abort with nothing else. */
export function asError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(messageOf(thrown));
}
