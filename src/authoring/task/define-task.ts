import type { FoundInExecute, FoundInRevert, SentenceOfExecute, SentenceOfRevert } from '../definition/check-task.js';
import type { DefinedTask } from '../definition/defined-task.js';
import type { Hooks } from '../definition/hooks.js';
import type { Declared, WithRevert } from '../definition/node-types.js';
import type { OutcomeOf } from '../definition/outcome.js';
import type { TaskContext } from '../definition/task-context.js';
import type { AnyShapeOf, Names, NamesOf, ShapeOf } from '../words/names.js';
import type { AsResults } from '../words/results.js';
import type { Shown, Wrong } from '../words/sentence.js';
import { type TaskOptions, taskDefinition } from './task-options.js';

/**
 * What was found, unless nothing is wrong or nothing known yet: TypeScript looks once before it has inferred anything from
 * functions whose parameters have no types. For the same reason the error of `revert` sits in what it returns.
 */
type Checked<Result, Found, Complaint> = Found extends Wrong
  ? unknown extends Result
    ? UnlessAny<Result, Complaint>
    : Shown<Complaint>
  : unknown;
type UnlessAny<Result, Complaint> = 0 extends 1 & Result ? Shown<Complaint> : unknown;
type CheckExecute<Result, I, R, P, K> = Checked<
  Result,
  FoundInExecute<I, Awaited<Result>, R, P, K>,
  SentenceOfExecute<FoundInExecute<I, Awaited<Result>, R, P, K>, I, Awaited<Result>, R, P, K>
>;
type CheckRevert<Result, I, RI, R, V> = Checked<
  Result,
  FoundInRevert<I, Awaited<Result>, RI, readonly [RI], R, V>,
  SentenceOfRevert<FoundInRevert<I, Awaited<Result>, RI, readonly [RI], R, V>, RI, R, V>
>;

/** The inputs that are declared; of `any` what is listed. */
type InputsIn<I, R> = 0 extends 1 & I ? AnyShapeOf<R> : Declared<I>;

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
      readonly execute: ((inputs: I, context: TaskContext<S>) => Result) & CheckExecute<Result, InputsIn<I, R>, R, P, K>;
      readonly revert?: (
        inputs: RI,
        outcome: OutcomeOf<NoInfer<Awaited<Result>>>,
        context: TaskContext<RS>,
      ) => CheckRevert<Result, InputsIn<I, R>, InputsIn<RI, R>, R, V>;
    },
): DefinedTask<
  Name,
  // Where any task is wanted, TypeScript would otherwise infer from that what this one takes.
  Shown<WithRevert<InputsIn<I, R>, InputsIn<RI, R>>>,
  AsResults<Awaited<Result>>,
  NamesOf<K>,
  Shown<S & RS & BE & AE & BR & AR>
> {
  const { name, ...rest } = options;
  const definition = taskDefinition(name, true, rest, { kind: 'object', target: options });
  return Object.freeze({ name, '~flowproof': Object.freeze({ kind: 'task' as const, definition }) });
}
