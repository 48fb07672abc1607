import { inWords } from './in-words.js';

/*
 * What may be the name of something. PostgreSQL keeps no NUL, and makes one character of all lone surrogates: two names would
 * be one. So no store is given any.
 */

/** A run's id is the key of an index, which can hold so much. */
export const MAX_ID = 500;

/** Text that every store keeps as it is. */
export function isWholeText(value: unknown): value is string {
  return typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value);
}

/** What a run can be called. */
export function isRunId(value: unknown): value is string {
  return isWholeText(value) && value !== '' && value.length <= MAX_ID;
}

/** What a node or flow can be called: names are joined by `/`, and what begins with `(` is not a user's. */
export function isNodeName(value: unknown): boolean {
  return isWholeText(value) && value !== '' && !value.includes('/') && !value.startsWith('(');
}

/** What a value can be called: values are kept as records by name, in which the codec's words begin with `~`. */
export function isValueName(value: unknown): boolean {
  return isWholeText(value) && value !== '' && value !== '__proto__' && !value.startsWith('~');
}

/** What a signal can be called: it is also the name of the value that it gives. */
export function isSignalName(value: unknown): value is string {
  return isValueName(value) && (value as string).length <= MAX_ID;
}

/** A name as messages show it. */
export function shownName(name: unknown): string {
  return isWholeText(name) ? name : typeof name === 'string' ? JSON.stringify(name).slice(1, -1) : inWords(name);
}
