import type { Failure, FailureReport } from '../model/failure.js';
import type { Json } from '../model/json.js';

/** Values by name, as the journal has them. */
export type EncodedValues = Readonly<Record<string, Json>>;

/** What tells a call from all others, and what its code gets to know of the run. */
interface Identity {
  /** The run's own id. */
  readonly runId: string;
  /** The id that the user gave to the run, or its own: `ctx.runId` of the code. */
  readonly key: string;
  /** Name of the flow. */
  readonly flow: string;
  /** Of the flow whose places the request speaks of. */
  readonly fingerprint: string;
  /** Node names from the root flow, joined by `/`. */
  readonly path: string;
  /** Grows each time the work begins anew, after it was undone. */
  readonly round: number;
  /** Which try in the round, from 1. */
  readonly turn: number;
  /** Which call of this phase in the round, from 1, with those that were lost. Of a question its number. */
  readonly attempt: number;
  /** Names the piece of work: the same for every call of it, forward and back. */
  readonly idempotencyKey: string;
  /** Grows whenever another engine takes the run over. */
  readonly fence: number;
}

/** Of what has a place of its own in the flow. */
interface AtomRequest extends Identity {
  /** Its place among the atoms of the flow. */
  readonly atom: number;
  readonly inputs: EncodedValues;
  /** Why the inputs can't be given, such as a value that nothing has produced: whatever needs them fails with this. */
  readonly lacksInputs?: Failure | undefined;
}

interface TaskWork extends AtomRequest {
  readonly of: 'task';
  /** Name and version of the task: by them it is found where there is no flow. */
  readonly task: string;
  readonly version: number;
  /** How long the call may take; absent: as long as it likes. */
  readonly timeoutMs?: number | undefined;
  /** Until when it may take that, in milliseconds since 1970; absent: there is no such time. */
  readonly deadlineAtMs?: number | undefined;
  /** What the code is part of, as `traceparent` says it; absent: nobody traces. */
  readonly trace?: string | undefined;
  /** What an earlier call of this piece of work saved. */
  readonly saved?: Json | undefined;
}

export interface ExecuteRequest extends TaskWork {
  readonly phase: 'execute';
}

export interface RevertRequest extends TaskWork {
  readonly phase: 'revert';
  readonly outcome: EncodedOutcome;
}

export type TaskRequest = ExecuteRequest | RevertRequest;

/** A retry of the user's own: `ask` is its `onFailure`. */
export interface RetryRequest extends AtomRequest {
  readonly of: 'retry';
  readonly phase: 'execute' | 'revert' | 'ask';
  readonly history: EncodedHistory;
}

/** Asks whether a node runs, or which one. */
export interface DeciderRequest extends Identity {
  readonly of: 'decider';
  readonly phase: 'ask';
  /** Its place among the deciders of the flow. */
  readonly decider: number;
  /** Of a choice: the values that it reads. */
  readonly inputs?: EncodedValues;
  /** Of a link: what the sources gave, by their names. */
  readonly given?: Readonly<Record<string, EncodedValues>>;
}

/** Asks the schema of a wait what it makes of what was sent. */
export interface SignalRequest extends Identity {
  readonly of: 'signal';
  readonly phase: 'ask';
  /** The place of the wait among the atoms of the flow. */
  readonly atom: number;
  /** Name of the signal. */
  readonly name: string;
  /** Absent: nothing was sent. */
  readonly payload?: Json | undefined;
}

/**
 * One call of the user's code, as plain data: any place that has the code can make it, such as this process, a thread or another
 * machine. What lives, such as services, is the place's own: {@link CallRegistry}.
 */
export type CallRequest = TaskRequest | RetryRequest | DeciderRequest | SignalRequest;

/** How execute ended, as revert gets it. */
export type EncodedOutcome = {
  readonly flowFailures: readonly FailureReport[];
  readonly interruptions?: number;
} & (
  | { readonly kind: 'result'; readonly result?: Json }
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'interrupted' }
);

/** What a retry knows: its attempts, and what failed in each. Both lists only grow, here too: so many of each are part of it. */
export interface EncodedHistory {
  /** What the retry gave to each attempt. */
  readonly attempts: readonly Json[];
  readonly attemptCount: number;
  /** In the order of the attempts. */
  readonly failures: readonly EncodedAttemptFailure[];
  readonly failureCount: number;
  /** With `ask`: the failure that it is about. */
  readonly asked?: EncodedAttemptFailure;
  /** Why the retry's own execute failed, if it did. */
  readonly failure?: Failure;
}

export interface EncodedAttemptFailure {
  /** In which attempt, from 1. */
  readonly attempt: number;
  /** Of the atom that failed, or of the retry inside that gave up. */
  readonly path: string;
  /** Which of its executions failed, from 1. */
  readonly execution: number;
  readonly failure: Failure;
}
