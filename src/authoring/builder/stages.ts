import type { StandardSchema } from '../../model/schema.js';
import type { ModeFor, StorableInputs } from '../definition/check-inputs.js';
import type { ParsesInput } from '../definition/flow.js';
import type { Mode } from '../placement/check-add.js';
import type { CheckRetry, Tried } from '../retry/check-retry.js';
import type { RetryDemands, RetryNeeds } from '../retry/custom-retry.js';
import type { Flat, Named, ParsedValue, RawValue } from '../words/names.js';
import type { Sentence } from '../words/sentence.js';
import type { Both } from '../words/unions.js';
import type { GraphBuilder } from './graph-builder.js';
import type { LinearBuilder } from './linear-builder.js';
import type { UnorderedBuilder } from './unordered-builder.js';

/*
 * A flow before its first node: input and retry exist once and only here. `P` is the pattern, `Raw` what a run is given,
 * `Parsed` what the nodes see of it, `T` the values of the retry, `S` the services of the
 * retry.
 */

export type BuiltPattern = 'linear' | 'unordered' | 'graph';

/** Never there: what is said where a flow with nodes would take the place of one that has none. */
export interface WithoutNodes {
  readonly '~flowproof: a builder has another type after each add, so begin with linear.dynamic to add in a loop': unknown;
}

/** The builder of a pattern when input and retry are settled. */
export type Begun<P, F extends string, M extends Mode, Raw, Parsed, T, S = {}> = P extends 'linear'
  ? LinearBuilder<{
      flow: F;
      mode: M;
      required: Raw;
      recent: Parsed & T;
      older: [];
      names: keyof Parsed | keyof T;
      count: [];
      ids: never;
      outside: keyof Named<Raw> | keyof Parsed;
      services: S;
    }>
  : P extends 'unordered'
    ? UnorderedBuilder<{
        flow: F;
        mode: M;
        required: Raw;
        base: Parsed & T;
        names: keyof Parsed | keyof T;
        provided: T;
        outputs: keyof T;
        ids: never;
        outside: keyof Named<Raw> | keyof Parsed;
        services: S;
      }>
    : GraphBuilder<{
        flow: F;
        mode: M;
        required: Raw;
        batches: [Parsed & T];
        names: keyof Parsed | keyof T;
        nodes: {};
        links: never;
        outside: keyof Named<Raw> | keyof Parsed;
        services: S;
      }>;

/** A closed flow before its first node. */
export type FlowStart<P extends BuiltPattern, F extends string> = WithoutNodes &
  Begun<P, F, 'closed', {}, {}, {}> &
  MayTakeInput<P, F> &
  MayRetry<P, F>;

/** The part of a beginning flow that has `input`. */
export interface MayTakeInput<P extends BuiltPattern, F extends string> {
  /** Says what a run must be given. Types are erased: a value that no task provides is missed when the run starts. */
  input<I extends StorableInputs<I>>(): FlowAfterInput<P, F, I, Named<I>, ModeFor<I>>;
  /** Says what a run must be given, and parses it before the run is created. The tasks see the parsed values. */
  input<Schema extends StandardSchema<unknown, object>>(
    schema: Schema,
  ): FlowAfterInput<P, F, Flat<RawValue<Schema>>, Named<Flat<ParsedValue<Schema>>>, 'closed', ParsesInput>;
}

/** The part of a beginning flow that has `retry`. */
export interface MayRetry<P extends BuiltPattern, F extends string> {
  /** Says who decides what happens after a failure. */
  retry<R>(policy: CheckRetry<F, 'closed', {}, R>): FlowAfterRetry<P, F, Tried<R, {}>, RetryDemands<R>>;
}

/** A closed flow that knows its input. */
export type FlowAfterInput<P extends BuiltPattern, F extends string, Raw, Parsed, M extends Mode = 'closed', S = {}> = WithoutNodes &
  Begun<P, F, M, Raw, Parsed, {}, S> &
  MayStillRetry<P, F, M, Raw, Parsed, S> &
  MayHide<F, keyof Raw | keyof Parsed, Begun<P, F, M, Raw, Parsed, {}, S> & MayStillRetry<P, F, M, Raw, Parsed, S>>;

type CheckSecret<F, Name, Names> = Name extends Names ? Name : Sentence<'SECRET_UNKNOWN', { node: F; value: Name & string }>;

/** The part of a beginning flow that has `secret`. */
export interface MayHide<F extends string, Names, Next> {
  /**
   * Says which inputs are secret: encrypted where runs are kept, and masked in events, failures and views. Tasks get them
   * as they are. A store that would keep them readable is refused: see `encrypted`.
   */
  secret<const Chosen extends readonly string[]>(...names: { [Index in keyof Chosen]: CheckSecret<F, Chosen[Index], Names> }): Next;
}

/** The part of a beginning flow that has `retry` after `input`. */
export interface MayStillRetry<P extends BuiltPattern, F extends string, M extends Mode, Raw, Parsed, S = {}> {
  /** Says who decides what happens after a failure. */
  retry<R>(policy: CheckRetry<F, M, Parsed, R>): Begun<P, F, M, Raw, Parsed, Tried<R, Parsed>, Both<S, RetryDemands<R>>>;
}

/** A closed flow that knows its retry. */
export type FlowAfterRetry<P extends BuiltPattern, F extends string, T, S = {}> = WithoutNodes &
  Begun<P, F, 'closed', {}, {}, T, S> &
  MayStillTakeInput<P, F, T, S>;

type Others<T> = { readonly [Name in keyof T]?: never };
/** The part of a beginning flow that has `input` after `retry`. */
export interface MayStillTakeInput<P extends BuiltPattern, F extends string, T, S> {
  /** Says what a run must be given. Types are erased: a value that no task provides is missed when the run starts. */
  input<I extends Others<T> & StorableInputs<I>>(): FlowAfterBoth<P, F, I, Named<I>, T, S, ModeFor<I>>;
  /** Says what a run must be given, and parses it before the run is created. The tasks see the parsed values. */
  input<Schema extends StandardSchema<unknown, object & Others<T>>>(
    schema: Schema,
  ): FlowAfterBoth<P, F, Flat<RawValue<Schema>>, Named<Flat<ParsedValue<Schema>>>, T, Both<S, ParsesInput>>;
}

/** A closed flow that knows its retry, and then its input. */
export type FlowAfterBoth<P extends BuiltPattern, F extends string, Raw, Parsed, T, S, M extends Mode = 'closed'> = WithoutNodes &
  Begun<P, F, M, Raw, Parsed, T, S> &
  MayHide<F, keyof Raw | keyof Parsed, Begun<P, F, M, Raw, Parsed, T, S>>;

/** An open flow before its first node. */
export type OpenFlowStart<P extends BuiltPattern, F extends string> = WithoutNodes & Begun<P, F, 'open', {}, {}, {}> & MayRetryOpen<P, F>;

/** The part of a beginning open flow that has `retry`. */
export interface MayRetryOpen<P extends BuiltPattern, F extends string> {
  /** Says who decides what happens after a failure. What it reads becomes what the flow requires. */
  retry<R>(
    policy: CheckRetry<F, 'open', {}, R>,
  ): Begun<P, F, 'open', RetryNeeds<R>, RetryNeeds<R>, Tried<R, RetryNeeds<R>>, RetryDemands<R>>;
}
