import type { TaskCode } from './definition.js';

/** What may be called of a task or a retry. */
const METHODS = ['execute', 'revert', 'onFailure', 'preExecute', 'postExecute', 'preRevert', 'postRevert'] as const;
export type Method = (typeof METHODS)[number];

/** What is called when a task is undone: the hooks also where there is no `revert` between them. */
export const UNDOING: readonly Method[] = ['revert', 'preRevert', 'postRevert'];

/** What is known of a method without calling it. */
export interface KnownMethod {
  /** How many parameters it was declared with. */
  readonly length: number;
}

/**
 * Finds a method of a task or retry: of an object, of a class or one that it extends, or of an instance, for what was
 * written as an arrow field or is assigned in a constructor. An instance is made for that, once, where a class makes one
 * without arguments: not before somebody asks, since a class that is being decorated can't make any yet.
 *
 * @returns `null` when there is none; `undefined` when that is unknown without the instance that a container makes
 */
export function methodOf(code: TaskCode, name: Method): KnownMethod | null | undefined {
  const { kind, target } = code;
  if (kind === 'object') return methodIn(target, name) ?? null;
  const written = methodIn((target as { readonly prototype?: unknown }).prototype, name);
  if (written !== undefined) return written;
  const sample = sampleOf(target);
  if (sample !== undefined) return sample.get(name) ?? null;
  return mentions(target, name) ? undefined : null;
}

/** Whether it has one of these methods; `undefined` as of {@link methodOf}. */
export function hasAny(code: TaskCode, names: readonly Method[]): boolean | undefined {
  const found = names.map((name) => methodOf(code, name));
  if (found.some((method) => method !== null && method !== undefined)) return true;
  return found.includes(undefined) ? undefined : false;
}

/** A method of an object, its own or inherited. */
export function methodIn(target: unknown, name: Method): KnownMethod | undefined {
  if ((typeof target !== 'object' && typeof target !== 'function') || target === null) return undefined;
  try {
    const value = (target as Readonly<Record<Method, unknown>>)[name];
    return typeof value === 'function' ? { length: value.length } : undefined;
  } catch {
    // A getter that throws stands for something: whoever calls it gets the error.
    return { length: 0 };
  }
}

type Sample = ReadonlyMap<Method, KnownMethod>;

const samples = new WeakMap<object, Sample | 'none'>();

/** The methods of an instance that the class makes by itself; nothing when it can't. */
function sampleOf(target: new (...args: never[]) => object): Sample | undefined {
  let known = samples.get(target);
  if (known === undefined) {
    known = sampled(target) ?? 'none';
    samples.set(target, known);
  }
  return known === 'none' ? undefined : known;
}

function sampled(target: new (...args: never[]) => object): Sample | undefined {
  if (target.length > 0 || target.prototype === undefined) return undefined;
  try {
    const instance = new target();
    return new Map(METHODS.flatMap((name) => [[name, methodIn(instance, name)] as const]).filter(isThere));
  } catch {
    return undefined;
  }
}

function isThere(entry: readonly [Method, KnownMethod | undefined]): entry is readonly [Method, KnownMethod] {
  return entry[1] !== undefined;
}

/** Whether the source of a class, or of one that it extends, has this word: without it none of them assigns such a method. */
function mentions(target: object, word: string): boolean {
  for (let base: unknown = target; typeof base === 'function' && base !== Function.prototype; base = Object.getPrototypeOf(base)) {
    if (Function.prototype.toString.call(base).includes(word)) return true;
  }
  return false;
}
