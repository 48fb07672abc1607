import type { AddOptions, PlacedGifts, PlacedNeeds } from './add-options.js';
import type { CheckAdd, Mode } from './check-add.js';
import type { Flow } from './flow.js';
import type { Flat } from './names.js';
import type { Demands, Gives, LiteralName, Needs } from './node-types.js';
import type { Counter, Drop, DropFromAll, Provided } from './scope.js';
import type { Sentence } from './sentence.js';

/** In open mode, what is unmet so far joins what the flow requires, so that later nodes must agree on its type. */
type Unmet<M, Names, I> = M extends 'open' ? ([Exclude<keyof I, Names>] extends [never] ? {} : Flat<Pick<I, Exclude<keyof I, Names>>>) : {};

/**
 * Whether only the options should report: keys that the node does not have, a rebind to a value that is not there, and
 * a literal that does not fit, which falls back to its constraint with every string as key.
 */
type OptionsReport<M, WrongKeys, Read, Names> = [WrongKeys] extends [never]
  ? M extends 'open'
    ? false
    : [Exclude<Read, Names>] extends [never]
      ? false
      : true
  : true;

type Step<
  F extends string,
  M extends Mode,
  Req,
  Recent,
  Chunks extends readonly unknown[],
  Names,
  Count extends Counter,
  Ids,
  In,
  S,
  U,
  O,
> = Count['length'] extends 16
  ? LinearBuilder<F, M, Req & U, U & O, [Flat<Recent>, ...Chunks], Names | keyof O | keyof U, [], Ids, In | keyof U, S>
  : LinearBuilder<F, M, Req & U, Recent & U & O, Chunks, Names | keyof O | keyof U, [...Count, 1], Ids, In | keyof U, S>;

/**
 * A linear flow that is being built: nodes run in the order in which they were added. Every call gives a new builder
 * and leaves this one as it was.
 *
 * @typeParam F name of the flow
 * @typeParam M `closed`: an unmet input is an error; `open`: it becomes what the flow requires
 * @typeParam Req what a run must be given so far
 * @typeParam Recent values of the last adds, at most 16
 * @typeParam Chunks values of older adds, 16 adds each
 * @typeParam Names names of all visible values
 * @typeParam Count adds in `Recent`
 * @typeParam Ids names of nodes, as far as they are literals
 * @typeParam In names that came from outside and don't count as provided
 * @typeParam S services
 */
export interface LinearBuilder<
  in out F extends string,
  in out M extends Mode,
  in out Req,
  in out Recent,
  in out Chunks extends readonly unknown[],
  in out Names,
  in out Count extends Counter,
  in out Ids,
  in out In,
  in out S,
> {
  /** Adds a task or a built flow; it reads what came before by name. */
  add<N>(
    node: CheckAdd<F, M, Recent, Chunks, Names, Ids, Names, N, Needs<N>, Gives<N>>,
  ): Step<F, M, Req, Recent, Chunks, Names, Count, Ids | LiteralName<N>, In, S & Demands<N>, Unmet<M, Names, Needs<N>>, Gives<N>>;
  /** Adds a task or a built flow under other names. */
  add<
    N,
    const Name extends string = never,
    const Rebind extends Readonly<Record<string, string>> = {},
    const Inject extends { readonly [K in keyof Needs<N>]?: Needs<N>[K] } & Readonly<Record<string, unknown>> = {},
    const Rename extends Readonly<Record<string, string>> = {},
    const Override extends boolean = false,
  >(
    node: OptionsReport<
      M,
      Exclude<keyof Rebind | keyof Inject, keyof Needs<N>> | Exclude<keyof Rename, keyof Gives<N>>,
      Rebind[keyof Rebind],
      Names
    > extends true
      ? N
      : CheckAdd<
          F,
          M,
          Recent,
          Chunks,
          Names,
          [Name] extends [never] ? Ids : never,
          Override extends true ? never : Names,
          N,
          PlacedNeeds<Needs<N>, Rebind, Inject>,
          PlacedGifts<Gives<N>, Rename>
        >,
    options: AddOptions<F, Needs<N>, Gives<N>, M extends 'open' ? string : Names, Ids, Name, Rebind, Inject, Rename, Override>,
  ): Placed<
    F,
    M,
    Req,
    Recent,
    Chunks,
    Names,
    Count,
    Ids | ([Name] extends [never] ? LiteralName<N> : Name),
    In,
    S & Demands<N>,
    Unmet<M, Names, PlacedNeeds<Needs<N>, Rebind, Inject>>,
    PlacedGifts<Gives<N>, Rename>,
    Override
  >;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns<const Chosen extends readonly string[]>(
    ...names: { [Index in keyof Chosen]: CheckReturn<F, Chosen[Index], keyof Provided<Recent, Chunks, In>> }
  ): FlowEnd<F, Flat<Req>, Flat<Pick<Provided<Recent, Chunks, In>, Chosen[number] & keyof Provided<Recent, Chunks, In>>>, Flat<S>>;
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<F, Flat<Req>, Provided<Recent, Chunks, In>, Flat<S>>;
}

type Placed<
  F extends string,
  M extends Mode,
  Req,
  Recent,
  Chunks extends readonly unknown[],
  Names,
  Count extends Counter,
  Ids,
  In,
  S,
  U,
  O,
  Override,
> = Override extends true
  ? Step<F, M, Req, Drop<Recent, keyof O>, DropFromAll<Chunks, keyof O>, Names, Count, Ids, Exclude<In, keyof O>, S, U, O>
  : Step<F, M, Req, Recent, Chunks, Names, Count, Ids, In, S, U, O>;

type CheckReturn<F, Name, Known> = Name extends Known ? Name : Sentence<'UNKNOWN_RETURN', { flow: F; value: Name }>;

/** A flow whose outputs are chosen: it can only be built. */
export interface FlowEnd<in out F extends string, in out Req, in out Prov, in out S> {
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<F, Req, Prov, S>;
}
