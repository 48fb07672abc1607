import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { Intention, RunState } from '../model/states.js';

/** Format of the entries that this version writes. Older ones are upcast on load, newer ones are refused. */
export const ENTRY_FORMAT = 1;

/** What the first entry says about its run. */
export interface RunCreation {
  /** The user's id of the run; the run's own when none was given. */
  readonly key: string;
  readonly flow: string;
  readonly version: number;
  /** Of the compiled flow; the journal keeps its shape under this key. */
  readonly fingerprint: string;
  /** Encoded inputs by name. */
  readonly inputs: { readonly [name: string]: Json };
  /** Digest of the canonical text of the raw inputs: two starts with one run id must agree on it. */
  readonly inputsHash: string;
}

/**
 * One fact. Atoms are numbers: their place in the atom table of the run's shape. These tuples are what is stored and
 * what the engine computes with; the word in front says what happened.
 */
export type Transition =
  | readonly ['CREATED', RunCreation]
  /** The run's own state. */
  | readonly ['RUN', RunState]
  /** Another engine goes on; these atoms were in flight, and nobody knows how far they came. */
  | readonly ['TAKEOVER', readonly number[]]
  /** From now on the engine means to do this with the atoms `from` up to, not including, `to`. */
  | readonly ['INTEND', Intention, from: number, to: number]
  /** A retry starts over: these atoms are PENDING again. */
  | readonly ['RESET', from: number, to: number]
  /** May have started from now on. Said of a RUNNING atom: called once more. */
  | readonly ['RUNNING', number]
  | readonly ['SUCCESS', number, result?: Json]
  | readonly ['FAILURE', number, Failure]
  /** Nobody knows what it did: killed, timed out, lost. Counts as FAILURE; revert is told. */
  | readonly ['INTERRUPTED', number, Failure]
  | readonly ['REVERTING', number]
  | readonly ['REVERTED', number]
  | readonly ['REVERT_FAILURE', number, Failure]
  | readonly ['RETRYING', number]
  /** A retry begins its next attempt, with the values that it gives to it. */
  | readonly ['ATTEMPT', number, provided?: Json]
  /** A start that was written, but never called: back to what it was, in the same round. */
  | readonly ['WITHDRAWN', number]
  /** A decider has said whether the node that begins with this atom runs; deciders are numbered as in the flow. */
  | readonly ['VOTE', number, decider: number, yes: boolean]
  /** Skipped: nobody waits for it, nothing of it is to be undone. */
  | readonly ['IGNORE', number]
  /** `ctx.save`: what the task has done so far. */
  | readonly ['SAVED', number, Json]
  /** All of the state at this point, in place of what came before; alone in an entry of kind `snapshot`. */
  | readonly ['SNAPSHOT', Json];

/** One step of a run, atomic in the journal. */
export interface Entry {
  readonly runId: string;
  /** Place in the run, from 0, without holes. `(runId, seq)` is unique: that is the fence. */
  readonly seq: number;
  /** Grows with each takeover. */
  readonly epoch: number;
  /** A reader may begin at the last `snapshot`; everything else is a `step`. */
  readonly kind: 'step' | 'snapshot';
  /** The engine that wrote it, a UUID. */
  readonly writer: string;
  /** Tells this write from any other of the same writer: 12 hexadecimal digits. */
  readonly stepId: string;
  readonly format: number;
  /** The writer's clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly transitions: readonly Transition[];
}
