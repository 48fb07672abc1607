import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { Decision, Intention, RunState } from '../model/states.js';

/** The newest format of entries that this version reads. Older ones are upcast on load, newer ones are refused. */
export const ENTRY_FORMAT = 1;

/**
 * The first format that has each word. An entry is written in the lowest one that can say it: what uses nothing new is
 * read by the versions before, too, which go on with runs beside this one while it is being deployed.
 */
const FORMAT_OF_WORD: Readonly<Record<Transition[0], number>> = {
  CREATED: 1,
  RUN: 1,
  FLOW: 1,
  CANCEL: 1,
  TAKEOVER: 1,
  INTEND: 1,
  RESET: 1,
  RUNNING: 1,
  SUCCESS: 1,
  FAILURE: 1,
  INTERRUPTED: 1,
  REVERTING: 1,
  REVERTED: 1,
  REVERT_FAILURE: 1,
  RETRYING: 1,
  SLEEP: 1,
  UNSETTLED: 1,
  SETTLED: 1,
  DECIDED: 1,
  ATTEMPT: 1,
  WITHDRAWN: 1,
  VOTE: 1,
  IGNORE: 1,
  SAVED: 1,
  PROGRESS: 1,
  SNAPSHOT: 1,
};

export function formatOf(transitions: readonly Transition[]): number {
  let format = 1;
  for (const [word] of transitions) if (FORMAT_OF_WORD[word] > format) format = FORMAT_OF_WORD[word];
  return format;
}

/** Another version of the flow, or of the code that it is made of, goes on with a run. */
export interface FlowChange {
  readonly version: number;
  readonly fingerprint: string;
  /** Canonical description of the flow: its atoms are those of the entries from here on. */
  readonly manifest: Json;
  /** Per atom the number that it had before; -1 for a new one. Atoms that are not named are gone. */
  readonly from: readonly number[];
}

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
  /** Encoded; what the factory of its flow was called with. Absent: no factory made it. */
  readonly args?: Json;
  /** Digest of the canonical text of the raw inputs, and of the args: two starts with one run id must agree on it. */
  readonly inputsHash: string;
}

/**
 * One fact. Atoms are numbers: their place in the atom table of the run's shape. These tuples are what is stored and
 * what the engine computes with; the word in front says what happened.
 */
export type Transition =
  | readonly ['CREATED', RunCreation]
  /** The run's own state. PENDING again: it begins anew, and nothing of what it did counts. */
  | readonly ['RUN', RunState]
  /** The code has changed: from here on entries speak of the atoms of another flow. */
  | readonly ['FLOW', FlowChange]
  /** Whatever happens next, the run goes back, and ends as CANCELLED. */
  | readonly ['CANCEL']
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
  /** With what revert returned, if it can be stored. Said of REVERT_FAILURE: a person has undone it. */
  | readonly ['REVERTED', number, result?: Json]
  | readonly ['REVERT_FAILURE', number, Failure]
  | readonly ['RETRYING', number]
  /** Nothing happens with it before this time, in milliseconds since 1970. */
  | readonly ['SLEEP', number, untilMs: number]
  /** What its failure means for the run is not settled with this entry. */
  | readonly ['UNSETTLED', number]
  /** What its failure means for the run is settled. */
  | readonly ['SETTLED', number]
  /** A retry has decided about the failure of an atom; `via`: that atom, or the retry inside which gave up. */
  | readonly ['DECIDED', number, failed: number, via: number, Decision]
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
  /** How far a call is, from 0 to 1, and what else it told. */
  | readonly ['PROGRESS', number, fraction: number, details?: Json]
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
