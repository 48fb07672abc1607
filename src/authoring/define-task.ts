import type { CheckExecute, CheckRevert } from './check-task.js';
import type { DefinedTask } from './defined-task.js';
import type { Hooks } from './hooks.js';
import type { Names, NamesOf, ShapeOf } from './names.js';
import type { WithRevert } from './node-types.js';
import type { OutcomeOf } from './outcome.js';
import type { AsResults } from './results.js';
import type { TaskContext } from './task-context.js';
import { type TaskOptions, taskDefinition } from './task-options.js';

/**
 * `Wrong`, unless there is nothing wrong or nothing known yet: TypeScript looks once before it has inferred anything from
 * functions whose parameters have no types. For the same reason the error of `revert` sits in what it returns.
 */
type Unless<Result, Wrong> = unknown extends Result ? unknown : [Wrong] extends [never] ? unknown : Wrong;

/**
 * Makes a task without a decorator: one object, everything inferred. With maps of schemas the type of `inputs` follows
 * from them; with lists write it at `execute`'s parameter. `outcome` has its type by itself.
 *
 * @returns a task that stands wherever a decorated class may stand
 *
 * @example
 * ```ts
 * import { defineTask } from 'flowproof';
 *
 * const createVolume = defineTask({
 *   name: 'create-volume',
 *   requires: ['size'],
 *   provides: ['volume'],
 *   execute: async ({ size }: { size: number }) => ({ volume: `volume of ${size}` }),
 *   revert: async (_inputs, outcome) => {
 *     if (outcome.kind === 'result') console.log('delete', outcome.result.volume);
 *   },
 * });
 * ```
 */
export function defineTask<
  const Name extends string,
  Result,
  const R extends Names = readonly [],
  const P extends Names = readonly [],
  const K extends Names = readonly [],
  const V extends Names = readonly [],
  I = ShapeOf<R>,
  S = {},
  RI = I,
  RS = {},
  BE = {},
  AE = {},
  BR = {},
  AR = {},
>(
  options: TaskOptions<R, P, K, V> &
    Hooks<BE, AE, BR, AR> & {
      /** The node's name in a flow, unless the flow gives another. */
      readonly name: Name;
      readonly execute: ((inputs: I, context: TaskContext<S>) => Result) & Unless<Result, CheckExecute<I, Awaited<Result>, R, P, K>>;
      readonly revert?: (
        inputs: RI,
        outcome: OutcomeOf<NoInfer<Awaited<Result>>>,
        context: TaskContext<RS>,
      ) => Unless<Result, CheckRevert<I, Awaited<Result>, RI, readonly [RI], R, V>>;
    },
): DefinedTask<Name, WithRevert<I, RI>, AsResults<Awaited<Result>>, NamesOf<K>, S & RS & BE & AE & BR & AR> {
  const { name, ...rest } = options;
  const definition = taskDefinition(name, true, rest, { kind: 'object', target: options });
  return Object.freeze({ name, '~flowproof': Object.freeze({ kind: 'task' as const, definition }) });
}
