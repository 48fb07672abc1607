import type { DefinedTask } from '../definition/defined-task.js';
import type { ValueName, ValueNames } from '../words/value-names.js';
import { taskDefinition } from './task-options.js';

/**
 * Makes a task that folds several values into one, from the left. TaskFlow's ReduceFunctorTask; it reads its inputs by
 * their own names, so `rebind` and `inject` mean what they mean elsewhere.
 *
 * @returns a task that stands wherever a task may stand
 *
 * @example
 * ```ts
 * import { linear, reduceTask, run } from 'flowproof';
 *
 * const add = reduceTask({
 *   name: 'add',
 *   over: ['a', 'b', 'c'],
 *   provides: 'sum',
 *   reduce: (total: number, value: number) => total + value,
 * });
 * const flow = linear('added').input<{ a: number; b: number; c: number }>().add(add).build();
 *
 * export const done = run(flow, { inputs: { a: 1, b: 2, c: 3 } }); // sum: 6
 * ```
 */
export function reduceTask<
  const Name extends string,
  const Over extends readonly [string, string, ...string[]],
  const P extends string,
  V,
>(options: {
  /** The node's name in a flow, unless the flow gives another. */
  readonly name: Name;
  /** The inputs, at least two: the first is the first total. */
  readonly over: Over & ValueNames<Over>;
  /** The name of the last total. */
  readonly provides: P & ValueName<P>;
  /** Which of these values are secret, as in other tasks: what is made of a secret is one only if you say so. */
  readonly secret?: readonly NoInfer<Over[number] | P>[];
  readonly reduce: (total: V, value: V) => V | Promise<V>;
}): DefinedTask<Name, { [Input in Over[number]]: V }, { [Output in P]: V }, never, {}> {
  const { name, over, provides, reduce, secret = [] } = options;
  const execute = async (inputs: Readonly<Record<string, V>>): Promise<object> => {
    const [first, ...others] = over;
    let total = inputs[first] as V;
    for (const input of others) total = await reduce(total, inputs[input] as V);
    return { [provides]: total };
  };
  const names = { requires: over, provides: [provides], secret };
  const definition = taskDefinition(name, true, names, { kind: 'object', target: Object.freeze({ execute }) });
  return Object.freeze({ name, '~flowproof': Object.freeze({ kind: 'task' as const, definition }) });
}
