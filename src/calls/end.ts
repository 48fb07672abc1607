import { type Failure, toFailure } from '../model/failure.js';
import { inWords } from '../model/in-words.js';
import type { Json } from '../model/json.js';
import { isPlainObject } from '../model/kinds.js';

/** How a call ended. */
export type CallEnd =
  /** It returned this: checked against what its task, retry or decider may give, and encoded. Absent: nothing. */
  | { readonly kind: 'result'; readonly result?: Json }
  /** It says that it failed, and did nothing. */
  | { readonly kind: 'failure'; readonly failure: Failure }
  /** It was aborted, or ended in a way that leaves open what it did. */
  | { readonly kind: 'interrupted'; readonly failure: Failure }
  /** The place that had it is gone, so that what it did is not known: it counts as one that died with its engine. */
  | { readonly kind: 'lost'; readonly failure: Failure };

/**
 * The end of a call as the journal can keep it. Executors are handed in, and what they give may be anything.
 *
 * @throws TypeError when it is no end
 */
export function checkedEnd(given: CallEnd): CallEnd {
  const { kind } = given;
  if (kind === 'result') {
    const { result } = given;
    if (result === undefined) return { kind };
    if (isJson(result)) return { kind, result };
  } else if (kind === 'failure' || kind === 'interrupted' || kind === 'lost') {
    const { failure } = given;
    return { kind, failure: isFailure(failure) ? failure : toFailure(failure) };
  }
  throw new TypeError(
    `an executor ended a call with ${inWords(given)}: it has to be { kind: 'result', result } with JSON, or { kind, failure } with the kind failure, interrupted or lost`,
  );
}

/** No data is deeper on purpose; a circle is deeper than that. */
const MAX_DEPTH = 1_000;

function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  return isPlainObject(value) && Object.values(value).every((item) => isJson(item, depth + 1));
}

/** Whether it is a failure as it can be stored, whoever says so. */
export function isFailure(value: unknown): value is Failure {
  const { name, message } = Object(value) as Partial<Failure>;
  return isJson(value) && typeof name === 'string' && typeof message === 'string';
}
