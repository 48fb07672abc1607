import type { KeptNames } from '../words/kept.js';
import type { Named } from '../words/names.js';
import type { AsResults, Outputs } from '../words/results.js';
import type { IsUnion, Together } from '../words/unions.js';
import type { AnyDefinedTask, DefinedTask } from './defined-task.js';
import type { AnyFlow, Flow, NeedsResolve } from './flow.js';
import type { Hooked, HookServices } from './hooks.js';
import type { ContextServices } from './task-context.js';
import type { AnyUse, Use } from './used-node.js';

/** Methods and constructors can have any parameters: this is the one list that all of them accept. */
// biome-ignore lint/suspicious/noExplicitAny: `unknown` is refused by parameters with types, `never` by none at all
export type AnyArgs = any[];
type AnyArg = AnyArgs[number];
/** The name of a generic node may be a type parameter, of which TypeScript does not use that it is a text. */
type AnyName = AnyArg;

/** A class of tasks: what `@Task` decorates. */
export type TaskClass = new (...args: AnyArgs) => { execute(inputs: AnyArg, context: AnyArg): unknown };

/** A decorated class or what `defineTask` made. */
export type AnyTask = TaskClass | AnyDefinedTask;

/** What can be added to a flow. */
export type AnyNode = AnyTask | AnyFlow | AnyUse;

/** What a parameter for inputs is declared with, also where it may be left out; `{}` when nothing is said. */
export type Declared<I> = undefined extends I ? (unknown extends I ? {} : Exclude<I, undefined>) : I;

/** What `execute` of an instance takes; `{}` when it takes nothing, or has several signatures, which `@Task` refuses. */
export type InputsOf<T> = T extends {
  execute: { (inputs: infer First, ...rest: AnyArgs): unknown; (inputs: infer I, ...rest: AnyArgs): unknown };
}
  ? [First] extends [I]
    ? Declared<I>
    : {}
  : {};

/** What `execute` of an instance gives; `{}` when it gives no object. */
export type ResultsOf<T> = T extends { execute(...args: AnyArgs): infer R } ? AsResults<Awaited<R>> : {};

/** What `revert` of an instance takes; `{}` when there is none or it takes nothing. */
export type RevertInputsOf<T> = T extends { revert(inputs: infer I, ...rest: AnyArgs): unknown } ? Declared<I> : {};

/** What an instance reads from `ctx.services`, in all its methods. */
export type InstanceServices<T> = (T extends { execute(inputs: AnyArg, context: infer X, ...rest: AnyArgs): unknown }
  ? ContextServices<X>
  : {}) &
  (T extends { revert(inputs: AnyArg, outcome: AnyArg, context: infer X, ...rest: AnyArgs): unknown } ? ContextServices<X> : {}) &
  (T extends Hooked ? HookServices<T> : {});

/** `Inputs` and what only revert takes. */
export type WithRevert<Inputs, RevertInputs> = [Exclude<keyof RevertInputs, keyof Inputs>] extends [never]
  ? Inputs
  : Inputs & Pick<RevertInputs, Exclude<keyof RevertInputs, keyof Inputs>>;

/** The values that a node needs, as far as types know their names; one of several nodes needs what each of them does. */
export type Needs<Node> = IsUnion<Node> extends false ? NeedsOf<Node> : Together<NeedsOf<Node>>;
type NeedsOf<Node> = Node extends new (
  ...args: AnyArgs
) => infer T
  ? Named<WithRevert<InputsOf<T>, RevertInputsOf<T>>>
  : Node extends DefinedTask<AnyName, infer N, unknown, string, never>
    ? Named<N>
    : Node extends Flow<AnyName, infer Req, unknown, never>
      ? Named<Req>
      : Node extends Use<unknown, infer In, unknown>
        ? In
        : {};

/**
 * The values that a node leaves behind, as far as types know their names; of one of several nodes only what each of
 * them does.
 */
export type Gives<Node> = Node extends new (
  ...args: AnyArgs
) => infer T
  ? Without<Named<Outputs<ResultsOf<T>>>, KeptNames<ResultsOf<T>>>
  : Node extends DefinedTask<AnyName, never, infer Result, infer Kept, never>
    ? Without<Named<Outputs<Result>>, Kept>
    : Node extends Flow<AnyName, never, infer Prov, never>
      ? Named<Prov>
      : Node extends Use<unknown, never, infer Out>
        ? Out
        : {};
type Without<Values, Names> = [Names] extends [never] ? Values : { [Key in keyof Values as Key extends Names ? never : Key]: Values[Key] };

/** What options may name of a node: of one whose names only the program knows, anything. */
export type Nameable<Node, Values> =
  Node extends Flow<AnyName, infer Req, infer Prov, never>
    ? string extends keyof Req | keyof Prov
      ? { readonly [name: string]: AnyArg }
      : Values
    : Values;

/** What a node reads from `ctx.services`, and whether its class needs a container. */
export type Demands<Node> = IsUnion<Node> extends false ? DemandsOfOne<Node> : Together<DemandsOfOne<Node>>;
type DemandsOfOne<Node> = Node extends new (
  ...args: AnyArgs
) => infer T
  ? InstanceServices<T> & (Node extends new () => unknown ? {} : NeedsResolve)
  : Node extends DefinedTask<AnyName, never, unknown, string, infer S>
    ? S
    : Node extends Flow<AnyName, never, unknown, infer S>
      ? S
      : Node extends Use<infer Used, never, unknown>
        ? Demands<Used>
        : {};

/** A node's name where it is a literal; classes have none in types. */
export type LiteralName<Node> = Node extends { readonly name: infer Name extends string; readonly '~flowproof': unknown }
  ? string extends Name
    ? never
    : Name
  : never;
