import type { RetryDefinition } from '../definition/definition.js';
import type { RetryPolicy, TimesRetry } from '../placement/retry-policy.js';
import type { Sentence } from '../words/sentence.js';
import type { StorableValue } from '../words/storable.js';
import type { ValueName } from '../words/value-names.js';
import { type RetryOptions, stockRetry } from './retry-options.js';

/** Stands for the type of one item of the list `From`, until a flow says what that list holds. */
export interface ItemOf<out From extends string> {
  readonly '~flowproof: item of': From;
}

function policy<Req, Prov>(definition: RetryDefinition): RetryPolicy<Req, Prov> {
  return Object.freeze({ '~flowproof': Object.freeze({ kind: 'retry' as const, definition: Object.freeze(definition) }) });
}

/**
 * Tries the whole flow again after a failure: everything that was done is undone first.
 *
 * @param attempts attempts in all, a whole number of at least 1: `times(3)` is one try and two more. Anything else is
 *   reported by `flow.compile()`, as `BAD_ATTEMPTS`.
 *
 * @example
 * ```ts
 * import { linear, times } from 'flowproof';
 * const robust = linear('robust').retry(times(3)).build();
 * const patient = linear('patient').retry(times(5, { backoff: { delayMs: 200 }, otherwise: 'REVERT_ALL' })).build();
 * ```
 */
export function times(attempts: number, options?: RetryOptions): TimesRetry {
  return Object.freeze({ attempts, ...policy<{}, {}>({ kind: 'times', attempts, ...stockRetry(options) }) });
}

/**
 * Tries the flow with one value after another, in their order, until an attempt succeeds. The nodes of the flow read the
 * value of the attempt by its name: `.retry(forEach('region', ['eu', 'us']))`.
 *
 * @param name under which the flow reads the value
 * @param values a list that is not empty; what is in it twice is tried twice
 */
export function forEach<const Name extends string, const Value>(
  name: Name & ValueName<Name>,
  values: StorableValue<readonly Value[], Sentence<'NOT_STORABLE', { path: Name; reason: 'it holds what does not survive' }>>,
  options?: RetryOptions,
): RetryPolicy<{}, { [Key in Name]: Value }> {
  const list = Array.isArray(values) ? Object.freeze([...values]) : [];
  return policy({ kind: 'forEach', provides: name, values: list, ...stockRetry(options) });
}

/**
 * Like `forEach` with a list that the flow is given: `.retry(forEachOf('regions', 'region'))`.
 *
 * @typeParam Value type of an item. A closed flow knows it from its input; in an open flow say it:
 *   `forEachOf<'regions', 'region', string>('regions', 'region')`.
 * @param from name of the list
 * @param name under which the flow reads the value of the attempt
 */
export function forEachOf<const From extends string, const Name extends string, Value = ItemOf<From>>(
  from: From & ValueName<From>,
  name: Name & ValueName<Name>,
  options?: RetryOptions,
): RetryPolicy<{ [Key in From]: readonly (Value extends ItemOf<string> ? unknown : Value)[] }, { [Key in Name]: Value }> {
  return policy({ kind: 'forEachOf', requires: from, provides: name, ...stockRetry(options) });
}

/** Never tries again: the retry of the flow around it is asked; without one the whole run goes back. */
export function alwaysRevert(): RetryPolicy<{}, {}> {
  return policy({ kind: 'alwaysRevert' });
}

/** Never tries again, whatever the flows around it would say: the whole run goes back. */
export function alwaysRevertAll(): RetryPolicy<{}, {}> {
  return policy({ kind: 'alwaysRevertAll' });
}
