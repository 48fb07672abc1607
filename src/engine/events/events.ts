import type { Clock } from '../../model/clock.js';
import type { Failure } from '../../model/failure.js';
import type { AtomKind, AtomState, Phase, RunState } from '../../model/states.js';

/**
 * Everything that an engine announces, after it is durable. Listeners are never awaited and can't hurt the run. Secrets are
 * masked, `'[secret]'` in their place.
 */
export type FlowEvent =
  | RunEvent
  | AtomEvent
  | SignalEvent
  | LateEvent
  | ProgressEvent
  | EmittedEvent
  | JournalEvent
  | RecoveryEvent
  | PoisonEvent;

/** What every event says. */
export interface CommonFields {
  /** The id that the run was given, or its own. */
  readonly runId: string;
  readonly flow: string;
  /** Milliseconds since 1970, by the engine's clock. */
  readonly atMs: number;
}

/** The run as a whole is in another state. */
export interface RunEvent extends CommonFields {
  readonly type: 'run';
  readonly state: RunState;
  readonly oldState: RunState;
  /** It went on after a crash, a takeover or a suspension. */
  readonly resumed: boolean;
}

/** A task, wait or retry is in another state. */
export interface AtomEvent extends CommonFields {
  readonly type: AtomKind;
  /** Node names from the root flow, joined by `/`. */
  readonly path: string;
  readonly state: AtomState;
  readonly oldState: AtomState;
  readonly round: number;
  /** Which call of its phase in this round, from 1. */
  readonly attempt: number;
  /** It was in flight when its engine was lost, and is called again. */
  readonly resumed: boolean;
  /** With FAILURE and REVERT_FAILURE. */
  readonly failure?: Failure;
  /** With SUCCESS: what it gave, `keeps` included. With REVERTED: what revert returned, if it can be stored. */
  readonly result?: unknown;
}

/** A wait has heard a signal, or its schema has refused it; or the run has ended, and no wait had heard it. */
export interface SignalEvent extends CommonFields {
  readonly type: 'signal';
  readonly name: string;
  readonly heard: boolean;
  /** Of the wait; absent when the run has ended. */
  readonly path?: string;
  /** Why the schema refused it. */
  readonly failure?: Failure;
}

/**
 * A call of a task or retry ended when the run did not wait for it any more, and had gone on without it. Nothing of its end
 * counts, and nothing of it is stored.
 */
export interface LateEvent extends CommonFields {
  readonly type: 'late';
  readonly path: string;
  readonly phase: Phase;
  readonly round: number;
  readonly attempt: number;
}

/** A task has said how far it is, with `ctx.progress`. */
export interface ProgressEvent extends CommonFields {
  readonly type: 'progress';
  readonly path: string;
  /** From 0 to 1. */
  readonly fraction: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a task has said with `ctx.emit`. Not stored. */
export interface EmittedEvent extends CommonFields {
  readonly type: 'emitted';
  readonly path: string;
  /** The name that the task gave it. */
  readonly event: string;
  readonly data?: unknown;
}

/**
 * The run has had four fifths of the steps that it may have: at `maxSteps` it goes back. One event by each engine that
 * has the run from there on.
 */
export interface JournalEvent extends CommonFields {
  readonly type: 'journal';
  readonly steps: number;
  readonly maxSteps: number;
}

/** An app with `recover` has come upon a run that no living process had. */
export interface RecoveryEvent extends CommonFields {
  readonly type: 'recovery';
  /**
   * `taken`: it goes on here. `refused`: it can't, such as for a flow that has changed too much; others may, and this app looks
   * at it again a minute later, then after two, four and so on.
   */
  readonly outcome: 'taken' | 'refused';
  /** With `refused`: why. */
  readonly failure?: Failure;
}

/**
 * A run is left alone: several processes took it, and each ended before it could write a step, as one does that runs out of
 * memory while it reads the run. `app.resume(id)` goes on with it all the same. One event by each app that comes upon it.
 */
export interface PoisonEvent extends CommonFields {
  readonly type: 'poison';
  /** How often it was taken. */
  readonly takes: number;
}

export type Listener = (event: FlowEvent) => void;

/** The listeners of an app, as the engine of a run reaches them. */
export interface Audience {
  readonly clock: Clock;
  /** Whether anybody listens: else events are not even made. */
  listening(): boolean;
  emit(event: FlowEvent): void;
}
