import { brandOf, leave, leftWith } from './class-metadata.js';
import type { OwnRetryDefinition, RetryDefinition, TaskCode } from './definition.js';
import { portsOf, secretNames } from './ports.js';

/** Shared by all copies of the package in a process. */
const KEY = Symbol.for('flowproof.retry');

/** What a retry of one's own says of itself beside its code. */
export interface OwnRetryNames {
  readonly requires?: unknown;
  readonly provides?: unknown;
  readonly secret?: unknown;
}

/** The definition that `@Retry` and `defineRetry` leave behind; `methods` is where its methods are found. */
export function ownRetryDefinition(name: string, names: OwnRetryNames, methods: unknown, code: TaskCode): OwnRetryDefinition {
  return Object.freeze({
    kind: 'own',
    name,
    requires: portsOf(names.requires),
    provides: portsOf(names.provides),
    ...secretNames(names.secret),
    declared: true,
    ...(hasMethod(methods, 'onFailure') ? {} : { lacksOnFailure: true as const }),
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
 * `onFailure` and says nothing of values. Something else is kept, too, for `compile()` to report.
 */
export function retryDefinitionOf(value: unknown): RetryDefinition {
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null;
  if (!isObject) return ownRetryDefinition(String(value), {}, undefined, { kind: 'object', target: {} });
  const brand = brandOf(value);
  if (brand?.kind === 'retry') return brand.definition as RetryDefinition;
  return (leftWith(KEY, value) as OwnRetryDefinition | undefined) ?? undeclared(value);
}

function undeclared(value: object): OwnRetryDefinition {
  const { name } = value as { name?: unknown };
  const isClass = typeof value === 'function';
  const methods: unknown = isClass ? value.prototype : value;
  const code: TaskCode = isClass ? { kind: 'class', target: value as new (...args: never[]) => object } : { kind: 'object', target: value };
  const definition = ownRetryDefinition(typeof name === 'string' && name !== '' ? name : 'retry', {}, methods, code);
  return hasMethod(methods, 'onFailure') && takesValues(methods) ? Object.freeze({ ...definition, declared: false }) : definition;
}

/** It may read its history without saying more; whoever has inputs, a context or values to give says so. */
function takesValues(methods: object): boolean {
  return hasMethod(methods, 'execute') || (methods as { onFailure: { length: number } }).onFailure.length > 1;
}

function hasMethod<Name extends string>(value: unknown, name: Name): value is { [Key in Name]: (...args: never[]) => unknown } {
  return typeof (value as { [Key in Name]?: unknown } | undefined | null)?.[name] === 'function';
}
