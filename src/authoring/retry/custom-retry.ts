import type { Decision } from '../../model/states.js';
import type { NeedsResolve } from '../definition/flow.js';
import type { AnyArgs } from '../definition/node-types.js';
import type { RetryPolicy } from '../placement/retry-policy.js';
import type { AsResults } from '../words/results.js';

/** Another attempt, and not before this many milliseconds have passed. The pause survives crashes. */
export interface DelayedRetry {
  readonly decision: 'RETRY';
  readonly delayMs: number;
}

/** What `onFailure` of a retry may say. */
export type RetryAnswer = Decision | DelayedRetry;

type AnyArg = AnyArgs[number];

/** What every retry of one's own has. */
export interface CustomRetry {
  onFailure(history: AnyArg, inputs: AnyArg, context: AnyArg): unknown;
}

/** A class of retries: what `@Retry` decorates. */
export type RetryClass = new (...args: AnyArgs) => CustomRetry;

/** What an own retry is made of: the instances of a class, or the object itself. */
export type RetryInstance<R> = R extends new (...args: AnyArgs) => infer T ? T : R;

type Second<Args> = Args extends readonly [unknown, infer I, ...unknown[]] ? (unknown extends I ? {} : I) : {};
type Third<Args> = Args extends readonly [unknown, unknown, infer X, ...unknown[]] ? X : {};
type ArgsOf<T, Method extends string> = T extends { [Key in Method]: (...args: infer Args) => unknown } ? Required<Args> : readonly [];

/** What the methods of a retry take together: all of them are given the same. */
export type RetryInputs<T> = Second<ArgsOf<T, 'onFailure'>> & Second<ArgsOf<T, 'execute'>> & Second<ArgsOf<T, 'revert'>>;

/** What `execute` of a retry gives to its flow; nothing without one. */
export type RetryOutputs<T> = T extends { execute(...args: AnyArgs): infer Result } ? AsResults<Awaited<Result>> : {};

type ServicesIn<Context> = Context extends { readonly services: infer S } ? S : {};
type RetryServices<T> = ServicesIn<Third<ArgsOf<T, 'onFailure'>>> &
  ServicesIn<Third<ArgsOf<T, 'execute'>>> &
  ServicesIn<Third<ArgsOf<T, 'revert'>>>;

/** Values that a retry reads. */
export type RetryNeeds<R> =
  R extends RetryPolicy<infer Req, unknown, never> ? Req : R extends RetryClass | CustomRetry ? RetryInputs<RetryInstance<R>> : {};

/** Values that a retry gives to its flow. */
export type RetryGives<R> =
  R extends RetryPolicy<never, infer Prov, never> ? Prov : R extends RetryClass | CustomRetry ? RetryOutputs<RetryInstance<R>> : {};

/** What a retry reads from `ctx.services`, and whether its class needs a container. */
export type RetryDemands<R> =
  R extends RetryPolicy<never, unknown, infer S>
    ? S
    : R extends RetryClass
      ? RetryServices<RetryInstance<R>> & (R extends new () => unknown ? {} : NeedsResolve)
      : R extends CustomRetry
        ? RetryServices<R>
        : {};
