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
  /** These calls were decided and written, but not made. */
  | { readonly kind: 'notStarted'; readonly atoms: readonly number[] }
  /** A signal has come. */
  | { readonly kind: 'signal'; readonly name: string; readonly id: string; readonly payload?: Json }
  /** An operator wants the run to end, undone. */
  | { readonly kind: 'cancel' }
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
export type Command = CallCommand | AskCommand | SleepCommand | AbortCommand | SuspendCommand | GiveUpCommand;

/** Call a task, or the code of a retry. */
export interface CallCommand extends CallId {
  readonly do: 'call';
  /** What the atom was before. */
  readonly from: AtomState;
  /** It was in flight when its engine was lost: what it did is not known, so it is called even while the run is to rest. */
  readonly again: boolean;
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

/** Tell calls that execute that their results are not wanted; without atoms: all of them. Reverts are left alone. */
export interface AbortCommand {
  readonly do: 'abort';
  readonly atoms?: readonly number[];
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

/** What bounds the next step. */
export interface Limits extends Moment {
  /** Calls that may be under way at once. */
  readonly capacity: number;
  /** Calls that may begin with this step, by the slots of the app that the run has; absent: as many as there are. */
  readonly slots?: number | undefined;
  /** `suspend`: start nothing, and state SUSPENDED when nothing is under way. `stop`: start nothing, state nothing. */
  readonly hold: 'none' | 'suspend' | 'stop';
  readonly onFailure: OnFailure;
  /** When the run has had so many steps, nothing new begins. */
  readonly maxSteps: number;
  /** A container makes instances: a class alone does not say which methods they have. */
  readonly resolves?: true;
  /** Nothing starts before everybody who has to be asked has answered: then all that is ready starts together. */
  readonly lockstep?: true;
}

/** A change of state, for events. */
export type Change =
  | { readonly kind: 'run'; readonly from: RunState; readonly to: RunState }
  | {
      readonly kind: 'atom';
      readonly atom: number;
      readonly from: AtomState;
      readonly to: AtomState;
      readonly failure?: Failure;
      readonly result?: Json;
    };

export interface Decision {
  readonly transitions: readonly Transition[];
  /** What the transitions changed; empty when there are no listeners. */
  readonly changes: readonly Change[];
  /** To be run when the transitions are durable. */
  readonly commands: readonly Command[];
  /** Another call would have begun, had there been a slot of the app for it. */
  readonly lacksSlot: boolean;
  /** Ends of calls that came too late to count: nothing was stated of them. */
  readonly late: readonly CallId[];
}
