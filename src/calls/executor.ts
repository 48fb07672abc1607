import type { TaskDefinition } from '../authoring/index.js';
import type { Clock } from '../model/clock.js';
import type { Codec } from '../model/codec/codec.js';
import type { CallEnd } from './end.js';
import type { CallMessages } from './port.js';
import type { CallRequest } from './request.js';

/** How many calls may be under way at once. */
export interface Slots {
  /** Calls of one run: a whole number of at least 1. One: a failure or a suspension is seen before the next call begins. */
  readonly perRun: number;
  /** Calls of all runs of the app together, which share them fairly; absent: no bound. */
  readonly limit?: number;
}

/** A call that an executor is to make. */
export interface Work extends CallMessages {
  /** All that has to be known where it is made: plain data. The lists of a history still grow: a place gets its copy at once. */
  readonly request: CallRequest;
  /** Makes the call in this process, at once. */
  callHere(): Call;
  /** The call ended, after the executor had ended it as `lost`: nothing changes, and listeners get an event `late`. */
  late?(end: CallEnd): void;
}

/** A call that is under way. */
export interface Call {
  /** Resolves when it has ended, however; never rejects. */
  readonly end: Promise<CallEnd>;
  /**
   * Resolves when its code begins: its `timeoutMs` and `heartbeatMs` count from then on. Absent: it has begun, as it has where nothing has
   * to be waited for. Of a call that was begun for another engine: with how long ago that was, in milliseconds; its `timeoutMs` counts from then.
   */
  readonly begun?: Promise<void> | Promise<number>;
  /**
   * Called when the step is durable that says how it ended: nothing of that need be kept elsewhere any more. Never called where the run is
   * given up before, or has gone on without it.
   */
  recorded?(): void;
  /** Its result is not wanted any more: its signal is aborted, so that its code may end early. */
  abort(reason: Error): void;
  /** It was aborted, had time to end, and did not: whatever can end it by force does. Nothing waits for its end any more. */
  kill(): void;
}

/**
 * Where the code of tasks runs. An executor is asked for one call at a time, never for more at once than its slots allow,
 * and never for a call twice. It keeps nothing: what has to outlive the process is in the journal before it is asked.
 */
export interface Executor {
  readonly kind: string;
  readonly slots: Slots;
  /** All that is under way ends before the engine looks at any of it: for tests, which then know what starts together. */
  readonly lockstep?: true;
  /** Begins a call. What it throws is the failure of that call. */
  start(work: Work): Call;
  /**
   * Asked for each call that was under way when an engine before this one died, once the run is this engine's: that call, if a place still
   * has it. It goes on then: it is not called again, and was not lost. Nothing, or no answer within a minute: it was lost with its engine.
   * The code may end, save and report before this resolves. In-process executors have none, as their calls end with their engine.
   */
  reattach?(work: Work): Promise<Call | undefined>;
  /**
   * Asked before any call, and again when it rejected. What it rejects with is what opening the app rejects with.
   *
   * @param tasks of all flows of the app that are known then: those that are made from data are not
   */
  open?(tasks: readonly TaskDefinition[]): Promise<void>;
  /** Asked once, when the app has stopped, perhaps while it opens: nothing of the executor outlives it. */
  close?(): Promise<void>;
}

/** What an app hands to its executor. */
export interface ExecutorParts {
  readonly clock: Clock;
  /** What values are encoded with; requests and ends are so already. */
  readonly codec: Codec;
  /** How long code may take to end after its signal was aborted. */
  readonly graceMs: number;
}

/**
 * Where the tasks of an app run: a value that the app turns into its executor.
 *
 * @typeParam Offers the services that its tasks have there, which the app need not be given
 */
export interface ExecutorChoice<out Offers = {}> {
  readonly kind: string;
  /** Others can read what is given to its calls, and what they give: an app refuses flows whose secrets would be among that. Default: no. */
  readonly revealsSecrets?: boolean;
  make(parts: ExecutorParts): Executor;
  /** Never there: carries the types. */
  readonly '~flowproof'?: { readonly offers: Offers };
}

/** The names of the services that all of these executors bring. */
export type OfferedBy<Choices> = Choices extends ExecutorChoice<infer Offers> ? (unknown extends Offers ? never : keyof Offers) : never;
