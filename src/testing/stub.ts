import {
  type AnyTask,
  type AsResults,
  type DefinedTask,
  type Demands,
  type InputsOf,
  type Needs,
  type OutcomeOf,
  type ResultsOf,
  type TaskContext,
  type TaskDefinition,
  taskDefinitionOf,
} from '../authoring/index.js';
import { inWords } from '../model/in-words.js';

/** A function in the place of a task's code, for the tests of flows that have it. */
export interface Stub<out Excused = never> {
  /** Of the task. */
  readonly name: string;
  readonly '~flowproof': {
    readonly kind: 'stub';
    readonly definition: StubDefinition;
    /** Never there: the services that nothing is left to read. */
    readonly types?: Excused;
  };
}

export interface StubDefinition {
  readonly task: TaskDefinition;
  /** Absent: wherever the task stands. */
  readonly path?: string;
  readonly execute: (inputs: never, context: never) => unknown;
  readonly revert?: (inputs: never, outcome: never, context: never) => unknown;
}

/** Where a stub stands, and what it does when it is undone. */
export interface StubOptions<T, Path extends string | undefined> {
  /** Of the one node that it stands for: names from the root flow, joined by `/`. Default: each node of the task, in all flows of the app. */
  readonly path?: Path;
  /**
   * In the place of the task's own `revert`, which is never called, as nothing has been done that it could undo. Default: the
   * stub is undone by doing nothing.
   */
  readonly revert?: (inputs: StubInputs<T>, outcome: OutcomeOf<StubOutputs<T>>, context: StubContext<T>) => unknown;
}

/** What `execute` of a task takes. */
export type StubInputs<T> = T extends new (...args: never) => infer Instance ? InputsOf<Instance> : Needs<T>;

/** What `execute` of a task gives. */
export type StubOutputs<T> = T extends new (
  ...args: never
) => infer Instance
  ? ResultsOf<Instance>
  : T extends DefinedTask<string, never, infer Result, string, never>
    ? AsResults<Result>
    : {};

/** The same, at once or later; nothing where nothing has to be given. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that gives nothing is one that returns void
export type StubResult<T> = AtOnceOrLater<{} extends StubOutputs<T> ? StubOutputs<T> | void : StubOutputs<T>>;
type AtOnceOrLater<Result> = Result | Promise<Result>;

/** What a stub gets beside its inputs. The services are those that the test has given, if it has. */
export type StubContext<T> = TaskContext<{ readonly [Name in keyof Demands<T>]?: Demands<T>[Name] }>;

/**
 * Puts a function in the place of a task's code, for `testApp`. It gets the inputs and the context that the task would get, and
 * gives what the task would give: schemas, `provides` and what can be stored are checked as they are of the task. Throw, and
 * the task has failed. Hooks of the task are not called, and the services that it reads need not be given.
 *
 * @param task a class, or what `defineTask` made
 * @param execute gives the outputs of the task, `keeps` included
 * @throws TypeError when that is no task, or a wait: signals are sent, and time passes, in tests too
 *
 * @example
 * ```ts
 * import { defineTask, linear } from 'flowproof';
 * import { stub, testApp } from 'flowproof/testing';
 *
 * const charge = defineTask({
 *   name: 'charge',
 *   requires: ['card'],
 *   provides: ['receipt'],
 *   execute: async ({ card }: { card: string }) => ({ receipt: await (await fetch(`https://bank.example/${card}`)).text() }),
 * });
 * const order = linear('order').input<{ card: string }>().add(charge).build();
 *
 * await using app = testApp({ flows: [order], stubs: [stub(charge, ({ card }) => ({ receipt: `r-${card}` }))] });
 * console.log(await app.runOrThrow(order, { inputs: { card: 'visa' } })); // { receipt: 'r-visa' }
 * ```
 */
export function stub<T extends AnyTask, const Path extends string | undefined = undefined>(
  task: T,
  execute: (inputs: StubInputs<T>, context: StubContext<T>) => StubResult<T>,
  options: StubOptions<T, Path> = {},
): Stub<[Path] extends [undefined] ? keyof Demands<T> : never> {
  const definition = taskDefinitionOf(task);
  if (definition === undefined) throw new TypeError(`stub() is given ${inWords(task)}: give the class of a task, or what defineTask made`);
  const { name, wait, hasRevert } = definition;
  if (wait !== undefined) throw new TypeError(`stub(): '${name}' is a wait: send its signal, or let its time pass with app.clock`);
  if (typeof execute !== 'function') throw new TypeError(`stub('${name}') is given ${inWords(execute)}: give a function`);
  const { path, revert } = options;
  if (revert !== undefined && hasRevert === false)
    throw new TypeError(`stub('${name}'): the task has no revert, so that of its stub is never called`);
  const given = { task: definition, execute, ...(path === undefined ? {} : { path }), ...(revert === undefined ? {} : { revert }) };
  return Object.freeze({ name, '~flowproof': Object.freeze({ kind: 'stub' as const, definition: Object.freeze(given) }) });
}
