import type { CallEnd } from '../../calls/index.js';
import type { Failure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import type { AtomState, Phase, RunState } from '../../model/states.js';
import type { RunCreation, Transition } from '../../persistence/index.js';

/** What happened outside since the last step. */
export type EngineEvent =
  /** `prepared`: it is written down, and begins when an app runs it. */
  | { readonly kind: 'begin'; readonly creation: RunCreation; readonly prepared?: true }
  /** Another engine's run, or one that rests, goes on here; `adopted`: with another flow than it had, folded in already. */
  | { readonly kind: 'resumed'; readonly adopted?: readonly Transition[] }
  /** It begins anew, and rests. */
  | { readonly kind: 'reset'; readonly adopted?: readonly Transition[] }
  | { readonly kind: 'finished'; readonly outcomes: readonly CallOutcome[] }
  /** What the user's code said to a question, as it said it, or why it could not. */
  | ({ readonly kind: 'answered'; readonly id: number; readonly question: Question } & Answer)
  | { readonly kind: 'saved'; readonly call: CallId; readonly data: Json }
  | { readonly kind: 'progress'; readonly call: CallId; readonly fraction: number; readonly details?: Json }
  /** Whether a place still has a call that an engine before this one had begun: it goes on then, and this engine hears of it. */
  | { readonly kind: 'sought'; readonly call: CallId; readonly isFound: boolean }
  /** These calls were decided and written, but not made. */
  | { readonly kind: 'notStarted'; readonly atoms: readonly number[] }
  /** A signal has come. */
  | { readonly kind: 'signal'; readonly name: string; readonly id: string; readonly payload?: Json }
  /** By what a call of a task with limits is counted can't be said: it has failed before it was called. */
  | { readonly kind: 'uncounted'; readonly atom: number; readonly failure: Failure }
  /** An operator wants the run to end: undone, or where it is. */
  | { readonly kind: 'cancel' | 'halt'; readonly reason?: string }
  /** Calls that were aborted have had the time that they get to end. */
  | { readonly kind: 'graceOver' }
  /** An operator has mended what a run that ended in FAILURE failed by: it goes on from there. */
  | { readonly kind: 'retryFailed' }
  /** An operator wants a revert that has failed to be tried again, or takes it as done. */
  | { readonly kind: 'retryRevert' | 'skipRevert'; readonly atom: number };

/** What only code of the user can say. */
export type Question =
  /** Whether a node runs. */
  | { readonly about: 'node'; readonly decider: number }
  /** What the schema of a wait makes of what was sent with the oldest signal of its name. */
  | { readonly about: 'signal'; readonly atom: number; readonly name: string }
  /** What a failure means: asked of a retry. `via`: the failed atom, or the retry inside that gave up. */
  | { readonly about: 'failure'; readonly retry: number; readonly failed: number; readonly via: number };

/** What code of the user says, or why it could not. */
export interface Answer {
  readonly answer: unknown;
  readonly failure?: Failure;
}

/** Tells one call of an atom from all others of the run. */
export interface CallId {
  readonly atom: number;
  readonly phase: Phase;
  readonly round: number;
  /** Which try in the round, from 1: the code of a retry is called anew for each attempt that it begins. */
  readonly turn: number;
  readonly attempt: number;
}

/** What the loop is to do when the step is durable. */
export type Command = CallCommand | SeekCommand | AskCommand | SleepCommand | LetGoCommand | AbortCommand | SuspendCommand | GiveUpCommand;

/** Call a task, or the code of a retry. */
export interface CallCommand extends CallId {
  readonly do: 'call';
  /** What the atom was before. */
  readonly from: AtomState;
  /** It was in flight when its engine was lost: what it did is not known, so it is called even while the run is to rest. */
  readonly again: boolean;
}

/** Ask executors whether a place still has these calls, which an engine before this one had begun. */
export interface SeekCommand {
  readonly do: 'seek';
  readonly calls: readonly CallId[];
}

/** Ask the user's code: only once what it is asked about is durable. */
export interface AskCommand {
  readonly do: 'ask';
  readonly question: Question;
  /** Tells this question from an earlier one about facts that a retry has undone. */
  readonly id: number;
}

/** Decide again at this time, by the clock that only grows. */
export interface SleepCommand {
  readonly do: 'sleep';
  readonly untilMs: number;
}

/** Let go of the run with this step: nothing of it happens before a time that is far away, or before a message comes. */
export interface LetGoCommand {
  readonly do: 'letGo';
  /** Milliseconds since 1970; absent: only a message lets it go on. */
  readonly untilMs?: number;
}

/** Tell calls that execute that their results are not wanted; without atoms: all of them. Reverts are left alone. */
export interface AbortCommand {
  readonly do: 'abort';
  readonly atoms?: readonly number[];
  /** Why an operator wants it. */
  readonly reason?: string | undefined;
  /** They are waited for only as long as the app waits for code that was aborted. */
  readonly isBounded?: true;
  /** The time of the run is over: they are ended as if the time of each was. */
  readonly isOverdue?: true;
}

/** Let the run rest when nothing is under way. */
export interface SuspendCommand {
  readonly do: 'suspend';
}

/** Leave the run as it is: something is left to be done, nothing can move, and nothing in the run says why. */
export interface GiveUpCommand {
  readonly do: 'giveUp';
  /** What is not done, a line each. */
  readonly report: readonly string[];
}

/** How one call ended. */
export interface CallOutcome extends CallId {
  readonly end: CallEnd;
  /** The task says that trying again does not help. */
  readonly isFinal?: true;
}

/** What a failure does to what it leaves running or done. */
export type OnFailure = 'revert' | 'abortSiblings' | 'stop';

/** When a step is decided. */
export interface Moment {
  /** Milliseconds since 1970: for what the journal keeps. */
  readonly nowMs: number;
  /** Of a clock that only grows: for how long this process waits. */
  readonly monotonicMs: number;
}

/** What bounds the calls of one executor. */
export interface Room {
  /** Calls that may be under way at once. */
  readonly capacity: number;
  /** Calls that may begin with this step, by the slots of the app that the run has; absent: as many as there are. */
  readonly slots?: number | undefined;
}

/** What bounds the next step; the room is that of the app's own executor. */
export interface Limits extends Moment, Room {
  /** Atoms of tasks with limits that have a slot, and were not called yet. */
  readonly granted?: readonly number[] | undefined;
  /** The room of those that tasks of the flow name, by `executorIndexOf`; absent: tasks name none that the app has. */
  readonly named?: readonly (Room | undefined)[] | undefined;
  /** Executors, by `executorIndexOf`, whose places may still have calls that another engine has begun; absent: none. */
  readonly reattaching?: readonly number[] | undefined;
  /** `suspend`: start nothing, and state SUSPENDED when nothing is under way. `stop`: start nothing, state nothing. */
  readonly hold: 'none' | 'suspend' | 'stop';
  /** A run of which nothing happens for longer is let go; absent: it is kept, however long that takes. */
  readonly horizonMs?: number | undefined;
  readonly onFailure: OnFailure;
  /** When the run has had so many steps, nothing new begins. */
  readonly maxSteps: number;
  /** A container makes instances: a class alone does not say which methods they have. */
  readonly resolves?: true | undefined;
  /** Nothing starts before everybody who has to be asked has answered: then all that is ready starts together. */
  readonly lockstep?: true | undefined;
}

/** A change of state, for events. */
export type Change =
  | { readonly kind: 'run'; readonly from: RunState; readonly to: RunState; readonly durationMs?: number }
  | {
      readonly kind: 'atom';
      readonly atom: number;
      readonly from: AtomState;
      readonly to: AtomState;
      /** As they were then: the atom may move again in the same step. */
      readonly round: number;
      readonly turn: number;
      readonly attempt: number;
      readonly durationMs?: number;
      readonly failure?: Failure;
      readonly result?: Json;
    };

/** What one step states, and what is to be done once that is durable. */
export interface StepPlan {
  /** The entry that holds it; without transitions the last one before it. */
  readonly seq: number;
  readonly transitions: readonly Transition[];
  /** What the transitions changed; empty when there are no listeners. */
  readonly changes: readonly Change[];
  /** To be run when the transitions are durable. */
  readonly commands: readonly Command[];
  /** Executors, by index: another call would have begun there, had there been a slot of the app for it. */
  readonly lacksSlots: readonly number[];
  /** Atoms of tasks with limits that would have been called, had they a slot. */
  readonly wants: readonly number[];
  /** Those that have one and do not need it: it is for others. */
  readonly unused: readonly number[];
  /** Ends of calls that came too late to count: nothing was stated of them. */
  readonly late: readonly CallId[];
}

/** What a step says when it lets go of the run. */
export function lettingGoOf({ commands }: StepPlan): LetGoCommand | undefined {
  return commands.find((command) => command.do === 'letGo');
}
