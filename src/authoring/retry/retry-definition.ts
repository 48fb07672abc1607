import { ownBrandOf } from '../definition/brand.js';
import { leave, leftWith } from '../definition/class-metadata.js';
import type { CustomRetryDefinition, RetryDefinition, TaskCode } from '../definition/definition.js';
import { hasAny, methodIn, methodOf } from '../definition/methods.js';
import { portsOf, secretNames } from '../definition/ports.js';
import { asRecord, unknownKeys } from '../placement/placement.js';

/** Shared by all copies of the package in a process. */
const KEY = Symbol.for('flowproof.retry');

const NO_OPTIONS: ReadonlySet<string> = new Set();

/** What a retry of one's own says of itself beside its code. */
export interface CustomRetryNames {
  readonly requires?: unknown;
  readonly provides?: unknown;
  readonly secret?: unknown;
  /** What decides is not called by executors: kept for `compile()` to refuse. */
  readonly runsOn?: unknown;
}

/** The definition that `@Retry` and `defineRetry` leave behind. */
export function customRetryDefinition(name: string, names: CustomRetryNames, code: TaskCode, isDeclared = true): CustomRetryDefinition {
  return Object.freeze({
    kind: 'custom',
    name,
    requires: portsOf(names.requires),
    provides: portsOf(names.provides),
    ...secretNames(names.secret),
    ...(names.runsOn === undefined ? {} : { unknownOptions: Object.freeze(['runsOn']) }),
    get declared() {
      return isDeclared || methodOf(code, 'onFailure') === null || !takesValues(code);
    },
    get lacksOnFailure() {
      return methodOf(code, 'onFailure') === null;
    },
    get hasExecute() {
      return hasAny(code, ['execute']);
    },
    get hasRevert() {
      return hasAny(code, ['revert']);
    },
    code: Object.freeze(code),
  });
}

/** Leaves a definition with its class. */
export function leaveRetry(target: object, definition: CustomRetryDefinition): void {
  leave(KEY, target, definition);
}

/** The retry of `.retry(retry, options)`. It has no options: what is given is kept for `compile()` to refuse. */
export function retryWith(retry: unknown, options: unknown): RetryDefinition {
  const definition = retryDefinitionOf(retry);
  const unknownOptions = unknownKeys(options, NO_OPTIONS);
  return unknownOptions.length === 0 ? definition : Object.freeze({ ...definition, unknownOptions });
}

/**
 * The retry that a flow was given: a policy, a decorated class, what `defineRetry` made, or a class or object that has
 * `onFailure` and says nothing of values. Something else is kept, too, for `compile()` to report.
 */
export function retryDefinitionOf(value: unknown): RetryDefinition {
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null;
  if (!isObject) return customRetryDefinition(String(value), {}, { kind: 'object', target: {} });
  const brand = ownBrandOf(value);
  if (brand?.kind === 'retry') return brand.definition as RetryDefinition;
  return (leftWith(KEY, value) as CustomRetryDefinition | undefined) ?? undeclared(value);
}

function undeclared(value: object): CustomRetryDefinition {
  const { name } = value as { name?: unknown };
  // A literal says what it is to be; fields of an instance are its own business.
  const { runsOn } = Object.getPrototypeOf(value) === Object.prototype ? asRecord(value) : {};
  const code: TaskCode = isClass(value) ? { kind: 'class', target: value } : { kind: 'object', target: value };
  return customRetryDefinition(typeof name === 'string' && name !== '' ? name : 'retry', { runsOn }, code, false);
}

/** Other functions are not called to see what they make. */
function isClass(value: object): value is new (...args: never[]) => object {
  if (typeof value !== 'function') return false;
  return methodIn(value.prototype, 'onFailure') !== undefined || Function.prototype.toString.call(value).startsWith('class');
}

/** It may read its history without saying more; whoever has inputs, a context or values to give says so. */
function takesValues(code: TaskCode): boolean {
  const onFailure = methodOf(code, 'onFailure');
  return onFailure === undefined || onFailure === null || onFailure.length > 1 || hasAny(code, ['execute']) !== false;
}
