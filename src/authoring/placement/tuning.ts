import type { Failure } from '../../model/failure.js';
import { ownBrandOf } from '../definition/brand.js';
import type { RetryDefinition, TimesDefinition, Tuning } from '../definition/definition.js';
import type { TaskLimiting } from '../definition/limits.js';
import type { Sentence } from '../words/sentence.js';
import type { TimesRetry } from './retry-policy.js';

/**
 * How a task is called: options of `@Task`, of `defineTask`, and of `.add` and `use`, where one that is given counts instead of
 * the task's own.
 */
export interface TaskTuning {
  /**
   * How often it is called when it fails, and with which pauses: `times(4, { backoff: { delayMs: 500 } })`. Nothing is undone
   * between two attempts, no retry of a flow is asked about a failure that is overcome, and `ctx.idempotencyKey` is the same for
   * all. A `PermanentError` ends them. Default: once. Only `times` can be given here; its `otherwise` says nothing.
   */
  readonly retry?: TimesRetry;
  /**
   * Whether to call it again after this failure; asked while `retry` has attempts left, in the process of the app. What it throws
   * is the task's failure, and nothing is tried again. Default: after any.
   */
  readonly retryIf?: (failure: Failure) => boolean;
  /**
   * How long one call may take, in milliseconds, from its beginning to its end; of `execute` and of `revert`. When they are over, the
   * call's `ctx.signal` is aborted, and it has the app's `graceMs` to end: what it returns by then counts. Otherwise it has failed with the code
   * `TIMEOUT`, and what it did is not known (`interrupted`). A thread or process that goes on is ended by force; code in the app's own process
   * can't be, and is told as `stuck`. Default: none.
   */
  readonly timeoutMs?: number;
  /**
   * For how long a call may say nothing, in milliseconds: `ctx.heartbeat`, `progress`, `save` and `emit` count. After that it goes as with
   * `timeoutMs`, with the code `HEARTBEAT`. Default: any time.
   */
  readonly heartbeatMs?: number;
  /**
   * How long one piece of work may take, in milliseconds: all calls of `execute` and the pauses between them, from the first one on; what
   * happens while the run is suspended counts. A call is ended then as with `timeoutMs`, no other one begins, and the task has failed with
   * the code `DEADLINE`. Default: none.
   */
  readonly deadlineMs?: number;
  /** Name of one of the app's `executors`, such as `cpu`, which calls it. It may change while runs are under way. Default: the app's `executor`. */
  readonly runsOn?: string;
}

/** Of what decides: it can't say where it is called. */
export type NotPlaced = Sentence<
  'TUNING_UNFIT',
  { node: '…'; option: 'runsOn'; reason: 'it decides, which is done in the process of the app: let a task compute what it reads' }
>;

/** The options by which it is given. */
type TuningOption = keyof TaskTuning | keyof TaskLimiting<never>;
export const TUNING_OPTIONS: readonly TuningOption[] = [
  ...(['retry', 'retryIf', 'timeoutMs', 'heartbeatMs', 'deadlineMs', 'runsOn'] as const),
  ...(['concurrency', 'rate'] as const),
];

/** What was given, whatever it is: what makes no sense is for `compile()` to refuse. Nothing, where nothing was. */
export function tuningOf(options: { readonly [Option in TuningOption]?: unknown }): Tuning | undefined {
  const given = TUNING_OPTIONS.filter((option) => options[option] !== undefined);
  if (given.length === 0) return undefined;
  return Object.freeze(Object.fromEntries(given.map((option) => [option, option === 'retry' ? timesOf(options.retry) : options[option]])));
}

/** The retry of a task, or of its revert. Another one than `times` becomes a number of attempts that `compile()` refuses. */
export function timesOf(retry: unknown): TimesDefinition {
  const isObject = typeof retry === 'object' && retry !== null;
  const definition = isObject ? (ownBrandOf(retry)?.definition as RetryDefinition | undefined) : undefined;
  return definition?.kind === 'times' ? definition : { kind: 'times', attempts: Number.NaN };
}

const NONE: Tuning = Object.freeze({});

/** Of what a task says and what is given where it is placed, the nearer one counts; each option for itself. */
export function tunedBy(own: Tuning | undefined, placed: Tuning | undefined): Tuning {
  return own === undefined || placed === undefined ? (own ?? placed ?? NONE) : { ...own, ...placed };
}
