import { brandOf, leave, leftWith } from './class-metadata.js';
import type { OwnRetryDefinition, RetryDefinition, TaskCode } from './definition.js';
import { portsOf } from './ports.js';

/** Shared by all copies of the package in a process. */
const KEY = Symbol.for('flowproof.retry');

/** What a retry of one's own says of itself beside its code. */
export interface OwnRetryNames {
  readonly requires?: unknown;
  readonly provides?: unknown;
}

/** The definition that `@Retry` and `defineRetry` leave behind; `methods` is where its methods are found. */
export function ownRetryDefinition(name: string, names: OwnRetryNames, methods: unknown, code: TaskCode): OwnRetryDefinition {
  return Object.freeze({
    kind: 'own',
    name,
    requires: portsOf(names.requires),
    provides: portsOf(names.provides),
    declared: true,
    hasExecute: hasMethod(methods, 'execute'),
    hasRevert: hasMethod(methods, 'revert'),
    code: Object.freeze(code),
  });
}

/** Leaves a definition with its class. */
export function leaveRetry(target: object, definition: OwnRetryDefinition): void {
  leave(KEY, target, definition);
}

/**
 * The retry that a flow was given: a policy, a decorated class, what `defineRetry` made, or a class or object that has
 * `onFailure` and says nothing of values. Something else becomes a number of attempts that `compile()` refuses.
 */
export function retryDefinitionOf(value: unknown): RetryDefinition {
  if ((typeof value === 'object' || typeof value === 'function') && value !== null) {
    const brand = brandOf(value);
    if (brand?.kind === 'retry') return brand.definition as RetryDefinition;
    const left = leftWith(KEY, value);
    if (left !== undefined) return left as OwnRetryDefinition;
    const methods: unknown = typeof value === 'function' ? value.prototype : value;
    if (hasMethod(methods, 'onFailure')) return undeclared(value, methods);
  }
  return { kind: 'times', attempts: Number.NaN };
}

function undeclared(value: object, methods: object): OwnRetryDefinition {
  const code =
    typeof value === 'function'
      ? ({ kind: 'class', target: value as new (...args: never[]) => object } as const)
      : ({ kind: 'object', target: value } as const);
  const { name } = value as { name?: unknown };
  const named = typeof name === 'string' && name !== '' ? name : 'retry';
  return Object.freeze({ ...ownRetryDefinition(named, {}, methods, code), declared: !takesValues(methods) });
}

/** It may read its history without saying more; whoever has inputs, a context or values to give says so. */
function takesValues(methods: object): boolean {
  return hasMethod(methods, 'execute') || (methods as { onFailure: { length: number } }).onFailure.length > 1;
}

function hasMethod<Name extends string>(value: unknown, name: Name): value is { [Key in Name]: (...args: never[]) => unknown } {
  return typeof (value as { [Key in Name]?: unknown } | undefined | null)?.[name] === 'function';
}
