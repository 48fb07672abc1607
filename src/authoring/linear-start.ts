import type { StandardSchema } from '../model/schema.js';
import type { LinearBuilder } from './linear-builder.js';
import type { Flat, ParsedValue, RawValue } from './names.js';
import type { RetryPolicy } from './retry.js';

type Fresh<F extends string, M extends 'closed' | 'open'> = LinearBuilder<F, M, {}, {}, [], never, [], never, never, {}>;
type WithInput<F extends string, Raw, Parsed> = LinearBuilder<
  F,
  'closed',
  Raw,
  Parsed,
  [],
  keyof Parsed,
  [],
  never,
  keyof Raw | keyof Parsed,
  {}
>;

interface TakesInput {
  /** Says what a run must be given. Types are erased: a value that no task provides is missed when the run starts. */
  input<_I extends object>(): unknown;
}

/** A closed linear flow before its first node. */
export interface LinearStart<in out F extends string> extends Fresh<F, 'closed'>, TakesInput {
  input<I extends object>(): LinearAfterInput<F, I, I>;
  /** Says what a run must be given, and parses it before the run is created. The tasks see the parsed values. */
  input<Schema extends StandardSchema<unknown, object>>(
    schema: Schema,
  ): LinearAfterInput<F, Flat<RawValue<Schema>>, Flat<ParsedValue<Schema>>>;
  /** Says who decides what happens after a failure. */
  retry(policy: RetryPolicy<{}, {}>): LinearAfterRetry<F>;
}

/** A closed linear flow that knows its input. */
export interface LinearAfterInput<in out F extends string, in out Raw, in out Parsed> extends WithInput<F, Raw, Parsed> {
  /** Says who decides what happens after a failure. */
  retry(policy: RetryPolicy<{}, {}>): WithInput<F, Raw, Parsed>;
}

/** A closed linear flow that knows its retry. */
export interface LinearAfterRetry<in out F extends string> extends Fresh<F, 'closed'>, TakesInput {
  input<I extends object>(): WithInput<F, I, I>;
  /** Says what a run must be given, and parses it before the run is created. The tasks see the parsed values. */
  input<Schema extends StandardSchema<unknown, object>>(schema: Schema): WithInput<F, Flat<RawValue<Schema>>, Flat<ParsedValue<Schema>>>;
}

/** An open linear flow before its first node. */
export interface LinearOpenStart<in out F extends string> extends Fresh<F, 'open'> {
  /** Says who decides what happens after a failure. */
  retry(policy: RetryPolicy<{}, {}>): Fresh<F, 'open'>;
}
