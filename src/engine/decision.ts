import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { Phase } from '../model/states.js';
import type { RunCreation, Transition } from '../persistence/index.js';

/** What happened outside since the last step. */
export type EngineEvent =
  | { readonly kind: 'begin'; readonly creation: RunCreation }
  /** Another engine's run, or a suspended one, goes on here. */
  | { readonly kind: 'resumed' }
  | { readonly kind: 'finished'; readonly outcomes: readonly CallOutcome[] }
  /** What a decider said, as it said it, or why it could not. */
  | { readonly kind: 'answered'; readonly decider: number; readonly question: number; readonly answer: unknown; readonly failure?: Failure }
  | { readonly kind: 'saved'; readonly call: CallId; readonly data: Json }
  /** These calls were decided and written, but not made. */
  | { readonly kind: 'notStarted'; readonly atoms: readonly number[] };

/** Tells one call of an atom from all others of the run. */
export interface CallId {
  readonly atom: number;
  readonly round: number;
  readonly attempt: number;
}

/** What the loop is to do when the step is durable. */
export type Command = CallCommand | AskCommand;

/** Call a task. */
export interface CallCommand extends CallId {
  readonly do: Phase;
}

/** Ask a decider of the user: only once what it is asked about is durable. */
export interface AskCommand {
  readonly do: 'ask';
  readonly decider: number;
  /** Tells this question from an earlier one of the same decider, whose facts a retry has undone. */
  readonly question: number;
}

/** How one call of a task ended. */
export interface CallOutcome extends CallId {
  readonly end:
    | { readonly kind: 'result'; readonly result?: Json }
    | { readonly kind: 'failure'; readonly failure: Failure }
    | { readonly kind: 'interrupted'; readonly failure: Failure };
}

/** What bounds the next step. */
export interface Limits {
  /** Calls that may be under way at once. */
  readonly capacity: number;
  /** `suspend`: start nothing, and state SUSPENDED when nothing is under way. `stop`: start nothing, state nothing. */
  readonly hold: 'none' | 'suspend' | 'stop';
}

export interface Decision {
  readonly transitions: readonly Transition[];
  /** To be run when the transitions are durable. */
  readonly commands: readonly Command[];
}
