import { inspect, types } from 'node:util';
import { isError, isPlainObject } from './kinds.js';

/** A sentence quotes so much of a value. */
const MAX_WORDS = 200;

/** More fields are counted: there may be a million. */
const MAX_FIELDS = 100;

const PLAINLY = {
  ...{ customInspect: false, getters: false, depth: 0, maxArrayLength: 8, maxStringLength: MAX_WORDS },
  ...{ compact: true, breakLength: Number.POSITIVE_INFINITY },
} as const;

/**
 * A value as sentences quote it, such as `'text'`, `Symbol(x)` or `{ a: 1 }`. For whatever user code gives: calls no getter,
 * `toString` or `toJSON` of a value, follows no proxy, never throws, and takes no longer for what is large.
 */
export function inWords(value: unknown): string {
  try {
    const words = isError(value) ? `${textOf(value.name)}: ${textOf(value.message)}` : plainly(value);
    return words.length <= MAX_WORDS ? words : `${words.slice(0, MAX_WORDS)}…`;
  } catch {
    return `a value of type ${typeof value} that can't be read`;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : plainly(value);
}

function plainly(value: unknown): string {
  const isRecord = typeof value === 'object' && value !== null && !types.isProxy(value) && isPlainObject(value);
  const fields = isRecord ? Object.keys(value).length : 0;
  return fields > MAX_FIELDS ? `an object with ${fields} fields` : inspect(value, PLAINLY);
}

/** What anything that was thrown says. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    const message: unknown = isError(thrown) ? thrown.message : thrown;
    return typeof message === 'string' ? message : inWords(message);
  } catch {
    return "an error that can't be read";
  }
}

/** Anything that was thrown as an error, for those who may throw or abort with nothing else. */
export function asError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(messageOf(thrown));
}
