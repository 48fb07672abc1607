import type { DefinedTask } from '../definition/defined-task.js';
import type { Sentence } from '../words/sentence.js';
import type { RefusedNames } from '../words/storable.js';
import type { ValueName, ValueNames } from '../words/value-names.js';
import { taskDefinition } from './task-options.js';

type Result<P, U> = P extends string ? { [Name in P]: U[] } : P extends readonly unknown[] ? { [Name in P[number] & string]: U } : never;

/** As in `defineTask`: nothing, while nothing is known yet, and while nothing is wrong. */
type Stored<U> = unknown extends U
  ? unknown
  : [RefusedNames<{ item: Awaited<U> }>] extends [never]
    ? unknown
    : Sentence<'NOT_STORABLE', { path: 'map'; reason: 'what it gives does not survive' }>;

/**
 * Makes a task that calls one function with each of several values. TaskFlow's MapFunctorTask; it reads its inputs by
 * their own names, so `rebind` and `inject` mean what they mean elsewhere.
 *
 * @returns a task that stands wherever a task may stand
 *
 * @example
 * ```ts
 * import { linear, mapTask, run } from 'flowproof';
 *
 * const double = mapTask({ name: 'double', over: ['a', 'b'], provides: ['x', 'y'], map: (value: number) => value * 2 });
 * const all = mapTask({ name: 'all', over: ['x', 'y'], provides: 'texts', map: (value: number) => `${value}` });
 * const flow = linear('doubled').input<{ a: number; b: number }>().add(double).add(all).build();
 *
 * export const done = run(flow, { inputs: { a: 1, b: 2 } }); // x: 2, y: 4, texts: ['2', '4']
 * ```
 */
export function mapTask<
  const Name extends string,
  const Over extends readonly string[],
  const P extends string | { readonly [Index in keyof Over]: string },
  V,
  U,
>(options: {
  /** The node's name in a flow, unless the flow gives another. */
  readonly name: Name;
  /** The inputs, whose values are given to `map` one after another. */
  readonly over: Over & ValueNames<Over>;
  /** A name for each result, as many as there are inputs; or one name for the list of all. */
  readonly provides: P & ValueName<P extends readonly unknown[] ? P[number] : P>;
  /** Which of these values are secret, as in other tasks: what is made of a secret is one only if you say so. */
  readonly secret?: readonly NoInfer<Over[number] | (P extends readonly unknown[] ? P[number] & string : P & string)>[];
  readonly map: ((value: V) => U) & Stored<U>;
}): DefinedTask<Name, { [Input in Over[number]]: V }, Result<P, Awaited<U>>, never, {}> {
  const { name, over, secret = [] } = options;
  const provides: string | readonly unknown[] = options.provides;
  const map: (value: V) => U = options.map;
  const execute = async (inputs: Readonly<Record<string, V>>): Promise<object> => {
    const results: Awaited<U>[] = [];
    for (const input of over) results.push(await map(inputs[input] as V));
    if (typeof provides === 'string') return { [provides]: results };
    return Object.fromEntries(results.map((result, index) => [provides[index], result]));
  };
  const outputs = typeof provides === 'string' ? [provides] : provides.map(String);
  const code = { kind: 'object', target: Object.freeze({ execute }) } as const;
  const definition = taskDefinition(name, true, { requires: over, provides: outputs, secret }, code);
  return Object.freeze({ name, '~flowproof': Object.freeze({ kind: 'task' as const, definition }) });
}
