import type { Clock } from '../../model/clock.js';
import type { Failure } from '../../model/failure.js';
import type { AtomKind, AtomState, Phase, RunState } from '../../model/states.js';

/**
 * Everything that an engine announces, after it is durable. Listeners are never awaited and can't hurt the run. Secrets are
 * masked, `'[secret]'` in their place. All listeners get the same object, which is frozen, with the plain objects and lists in it.
 *
 * Events of a run come in the order of its steps: `seq` never falls. Those of one step come in this one: late ends; signals; what
 * changed, in the order in which the step says it; then each call, when it is made. Between them, at any time, comes what
 * tasks say while they run. Events of different runs know no order.
 */
export type FlowEvent =
  | RunEvent
  | AtomEvent
  | SignalEvent
  | LateEvent
  | StuckEvent
  | SlotEvent
  | ProgressEvent
  | EmittedEvent
  | JournalEvent
  | RecoveryEvent
  | PoisonEvent
  | BoardEvent
  | ConductorEvent
  | ScheduleEvent;

/** What every event says. */
export interface CommonFields {
  /** The id that the run was given, or its own. */
  readonly runId: string;
  readonly flow: string;
  /** Milliseconds since 1970, by the engine's clock: when it was announced; of `app.follow` when it was stored. */
  readonly atMs: number;
  /** How often the run has gone from one engine to another, from 0. Absent where none has it: `recovery`, `poison`. */
  readonly epoch?: number;
  /** The entry of the journal that says it, for `app.follow(id, { after })`. Absent where none does. */
  readonly seq?: number;
  /** Which trace the run belongs to, as W3C Trace Context says it. Absent: its app had no telemetry, or the event does not know. */
  readonly traceparent?: string;
}

/** What events of a run that an engine has say. */
export interface EngineFields extends CommonFields {
  readonly epoch: number;
}

/** What events of a stored step say. */
export interface StepFields extends EngineFields {
  readonly seq: number;
}

/** Which call of a task, wait or retry an event is about. */
export interface CallFields {
  /** Node names from the root flow, joined by `/`. */
  readonly path: string;
  readonly phase: Phase;
  /** Which piece of work, from 1: it begins anew after it was undone or reset. 0: it has not begun. */
  readonly round: number;
  /** Which try of the round, from 1: see `ctx.turn`. With RETRYING of a task: the one that comes. */
  readonly turn: number;
  /** Which call of its phase in this round, from 1. 0: it was not called. */
  readonly attempt: number;
}

/** The run as a whole is in another state. */
export interface RunEvent extends StepFields {
  readonly type: 'run';
  readonly state: RunState;
  readonly oldState: RunState;
  /** It went on after a crash, a takeover or a suspension. */
  readonly resumed: boolean;
  /** With CANCELLED: it was cancelled where it was, and something that it has done, or may have, stays done. */
  readonly partial?: true;
  /** With CANCELLED: why, as `cancel` was told. */
  readonly reason?: string;
  /** With a state in which it has ended: milliseconds since it began to run, pauses included. */
  readonly durationMs?: number;
  /** With RUNNING, of a run that was posted, prepared or reset: milliseconds since then, a delay included. */
  readonly waitedMs?: number;
}

/** A task, wait or retry is in another state. */
export interface AtomEvent extends StepFields, CallFields {
  readonly type: AtomKind;
  readonly state: AtomState;
  readonly oldState: AtomState;
  /** It was in flight when its engine was lost, and is called again. */
  readonly resumed: boolean;
  /** Of a task that names one: the executor that calls it. Not of `app.follow`: the journal does not keep it. */
  readonly runsOn?: string;
  /**
   * With SUCCESS, FAILURE, REVERTED and REVERT_FAILURE: milliseconds since the phase was called first in this round, or since
   * the wait began, by the times in the journal: where `durability` lets several steps share an entry, they share its time.
   */
  readonly durationMs?: number;
  /** With FAILURE and REVERT_FAILURE, and with RETRYING of a task: why it is tried again. */
  readonly failure?: Failure;
  /** With SUCCESS: what it gave, `keeps` included. With REVERTED: what revert returned, if it can be stored. */
  readonly result?: unknown;
}

/** A wait has heard a signal, or its schema has refused it; or the run has ended, and no wait had heard it. */
export interface SignalEvent extends StepFields {
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
export interface LateEvent extends EngineFields, CallFields {
  readonly type: 'late';
}

/**
 * A call of a task has not ended although its time is over (`timeoutMs`, `heartbeatMs`, `deadlineMs`), its signal was aborted, and `graceMs`
 * are over, too: its code runs in the app's own process, where nothing can end it. The run goes on without it, and its slot is free. What the code
 * still does, nobody knows; when it ends, a `late` event says so.
 */
export interface StuckEvent extends EngineFields, CallFields {
  readonly type: 'stuck';
}

/**
 * A task with limits asks for a slot, and has it. Nothing of it is called before; which key it is counted by is not said, as it may be secret.
 * It comes when it happens, between the events of steps.
 */
export interface SlotEvent extends EngineFields {
  readonly type: 'slot';
  /** Of the task that asks. */
  readonly path: string;
  /** The limit that it is counted by, such as `task:bill`. */
  readonly limit: string;
  /** `waiting`: it has asked. `granted`: its turn has come, and it may be called. */
  readonly outcome: 'waiting' | 'granted';
  /** With `granted`: milliseconds since it asked in this process. */
  readonly waitedMs?: number;
}

/** A task has said how far it is, with `ctx.progress`. */
export interface ProgressEvent extends EngineFields, CallFields {
  readonly type: 'progress';
  /** From 0 to 1. */
  readonly fraction: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a task has said with `ctx.emit`. Not stored. */
export interface EmittedEvent extends EngineFields, CallFields {
  readonly type: 'emitted';
  /** The name that the task gave it. */
  readonly event: string;
  /** A copy of what the task gave. */
  readonly data?: unknown;
}

/**
 * The run has had four fifths of the steps that it may have: at `maxSteps` it goes back. One event by each engine that
 * has the run from there on.
 */
export interface JournalEvent extends EngineFields {
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

/** What a conductor has done with a job of its board. `runId` and `flow` are those of its run. */
export interface BoardEvent extends CommonFields {
  readonly type: 'board';
  /** Name of the board. */
  readonly board: string;
  /**
   * `consumed`: its run is where it belongs, whatever it came to. `abandoned`: given back, for others or for later. `trashed`: no
   * conductor can do it; an operator may requeue it. `lost`: it is somebody else's by now.
   */
  readonly outcome: 'claimed' | 'consumed' | 'abandoned' | 'trashed' | 'lost';
  /** Which claim of the job it was, from 1. */
  readonly attempt: number;
  /** Why it was abandoned, trashed or lost. */
  readonly reason?: string;
}

/** A conductor does something else than before. It is of no run. */
export interface ConductorEvent {
  readonly type: 'conductor';
  readonly runId: undefined;
  readonly flow: undefined;
  readonly atMs: number;
  readonly epoch?: undefined;
  readonly seq?: undefined;
  readonly traceparent?: undefined;
  /** Name of the board that it claims from. */
  readonly board: string;
  /** `ready`: it claims. `waiting`: its board or its store is out of reach, and it tries again. */
  readonly status: 'ready' | 'waiting' | 'stopping' | 'stopped';
  /** With `waiting`: why. */
  readonly failure?: Failure;
}

/** A schedule was due, and this app was the one that did it. `flow` is that of its runs. */
export interface ScheduleEvent {
  readonly type: 'schedule';
  /** The run that it has begun, with `fired`. */
  readonly runId: string | undefined;
  readonly flow: string;
  readonly atMs: number;
  readonly epoch?: undefined;
  readonly seq?: undefined;
  readonly traceparent?: undefined;
  /** Of the schedule. */
  readonly name: string;
  /** Whether a run has begun. */
  readonly fired: boolean;
  /** The time that it was due for, in milliseconds since 1970. */
  readonly scheduledAtMs: number;
  /**
   * Why none has: `overlap`: an earlier one has not ended. `missed`: it is over for too long. `taken`: there is a run of its id. `refused`: the
   * store or the flow takes no such run, as `failure` says; it is tried again a minute later.
   */
  readonly reason?: 'overlap' | 'missed' | 'taken' | 'refused';
  readonly failure?: Failure;
}

/** Is called with each event, and not awaited: what it throws, or rejects with, is ignored. While it runs, nothing else does. */
export type Listener = (event: FlowEvent) => void;

/** The listeners of an app, as the engine of a run reaches them. */
export interface Audience {
  readonly clock: Clock;
  /** Whether anybody listens to this run: else its events are not even made. */
  listening(run: HeardRun): boolean;
  emit(event: FlowEvent): void;
}

/** A run, as listeners choose it; undefined where an event is of none. */
export type HeardRun = Pick<FlowEvent, 'runId' | 'flow'>;
