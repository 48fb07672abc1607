import type { ArgsSpec, TaskSpec } from './case.js';
import type { Args } from './expressions.js';
import type { Json } from './json.js';

/** One argument of a method: the value that it reads, and its default if it has one. */
export interface Argument {
  readonly name: string;
  readonly value: string;
  readonly fallback?: Json;
}

/** TaskFlow for methods whose arguments are listed. An optional argument that is rebound is required. */
export function argumentsOf({ requires = [], optional = {}, rebind }: ArgsSpec): readonly Argument[] {
  const bound = new Map<string, string>(
    Array.isArray(rebind) ? rebind.map((value, index) => [requires[index] ?? value, value]) : Object.entries(rebind ?? {}),
  );
  const names = new Set([...requires, ...Object.keys(optional), ...bound.keys()]);
  return [...names].map((name) => {
    const value = bound.get(name);
    const isOptional = value === undefined && Object.hasOwn(optional, name) && !requires.includes(name);
    return { name, value: value ?? name, ...(isOptional ? { fallback: optional[name] ?? null } : {}) };
  });
}

/** Of revert, which reads by its own names for values or, where it has none, by those of execute. */
export function revertArgumentsOf({ rebind, revert = {} }: TaskSpec): readonly Argument[] {
  const own = revert.rebind;
  const chosen = own !== undefined && Object.keys(own).length > 0 ? own : rebind;
  const { requires = [], optional = {} } = revert;
  return argumentsOf({ requires, optional, ...(chosen === undefined ? {} : { rebind: chosen }) });
}

/** What a method is called with: an absent optional argument has its default. */
export function called(args: readonly Argument[], given: (name: string) => Json | undefined): Args {
  return Object.fromEntries(
    args.map(({ name, fallback = null }) => {
      const value = given(name);
      return [name, value === undefined ? fallback : value];
    }),
  );
}
