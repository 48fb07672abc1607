import type { Failure, FailureReport } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import { STANDINGS, type Standing } from '../../model/standings.js';
import type { AtomState, Decision, Intention, RunState } from '../../model/states.js';
import type { Awaited, RunCreation } from '../../persistence/index.js';

/**
 * All that is known of a run: the fold of its journal and nothing else. It is advanced in place, because a run may have
 * 100,000 atoms; whoever needs an older state folds the journal up to there.
 */
export interface RunStatus {
  readonly runId: string;
  creation: RunCreation;
  state: RunState;
  /** Of the last entry. */
  seq: number;
  /** When the last entry was made, in milliseconds since 1970. */
  atMs: number;
  /** The highest that its entries needed: what stands for all of them is of no lower one. */
  format: number;
  /** When it began to run, since its creation or its last reset. */
  startedAtMs: number | undefined;
  /** When it ended; absent while it has not, or goes on again. */
  endedAtMs: number | undefined;
  /** Of the last snapshot; -1: there is none. */
  snapshotSeq: number;
  /** Of the last takeover, from 0: the fence that outside systems can be given. */
  epoch: number;
  /** Resets so far: what is done after one has keys of its own. */
  incarnation: number;
  /** Of the flow whose atoms these are: that of the creation, until another version goes on. */
  fingerprint: string;
  manifest: Json;
  /** Another flow than it began with has gone on with it. */
  changed: boolean;
  /** Of atoms that the flow has had, and has not any more. */
  pastFailures: readonly PastFailure[];
  /** Everything is to be undone, and nothing can change that any more. */
  goingBack: boolean;
  /** It was asked to end as CANCELLED. */
  cancelled: boolean;
  /** It was asked to end where it is: nothing more begins, and nothing is undone. */
  halted: boolean;
  /** Why an operator wanted it to end; what was said last. */
  reason: string | undefined;
  /** When it has to be done, in milliseconds since 1970; absent: it may take as long as it likes. */
  deadlineAtMs: number | undefined;
  /** The entry in which that time was over, and it went back for it; -1: it did not. */
  overdueAt: number;
  /** What has come and no wait has heard, oldest first. */
  signals: readonly KeptSignal[];
  /** Of the last signals that came: one that is sent again is none. */
  signalIds: readonly string[];
  atoms: readonly AtomStatus[];
}

/** A signal that came, and was not heard yet. */
export interface KeptSignal {
  readonly name: string;
  /** Of its message. */
  readonly id: string;
  /** What was sent, before any schema. */
  readonly payload?: Json;
}

/** A failure of an atom that the flow does not have any more. */
export interface PastFailure {
  /** The entry in which it failed. */
  readonly at: number;
  readonly report: FailureReport;
  /** The atom knew a secret. */
  readonly isConfident: boolean;
}

/** What is known of one atom. */
export interface AtomStatus {
  state: AtomState;
  intention: Intention;
  /** Grows each time the atom leaves PENDING, so that every piece of work has a name of its own. */
  round: number;
  /** Calls of the present phase in this round, from 1; 0 before the first. Of a retry: its attempts. */
  attempt: number;
  /** Calls of the task in this round that failed and were followed by another try. */
  turns: number;
  /** The attempt that the last of them was. */
  callsBefore: number;
  /** Calls of execute in this run. */
  executions: number;
  /** Calls of revert in this run. */
  reversions: number;
  /** How many engines died with this atom in flight, in this round and phase. */
  losses: number;
  /** Calls of execute in this round that engines died in, or that were interrupted and tried again: what those did is not known. */
  interruptions: number;
  /** When execute was called first in this round, and when it ended; in milliseconds since 1970. */
  startedAtMs: number | undefined;
  endedAtMs: number | undefined;
  /** The same of revert. */
  revertStartedAtMs: number | undefined;
  revertEndedAtMs: number | undefined;
  /** It failed, and what that means for the run is not settled yet. */
  unsettled: boolean;
  /** It rests until then, in milliseconds since 1970. */
  wakeAtMs: number | undefined;
  /** What it waits for, while it does. */
  awaited: Awaited | undefined;
  /** In flight when its engine was lost, and not called again since. */
  lost: boolean;
  /** How execute ended. */
  outcome: 'none' | 'result' | 'failure' | 'interrupted';
  result: Json | undefined;
  failure: Failure | undefined;
  /** Entry in which it failed: orders the failures of a run. */
  failedAt: number;
  /** Which of its executions failed. */
  failedExecution: number;
  /** Its last failure before it was reset or called again: a later attempt overcame it, or may. */
  overcome: Failure | undefined;
  /** What revert returned. */
  revertResult: Json | undefined;
  revertFailure: Failure | undefined;
  revertFailedAt: number;
  /** What `ctx.save` kept. */
  saved: Json | undefined;
  /** How far the present phase is, from 0 to 1. */
  progress: number;
  /** The details that the task gave with its progress last. */
  progressDetails: Json | undefined;
  /** What deciders said of the node that begins here, by their number. */
  votes: Readonly<Record<number, boolean>>;
  /** Of a retry: what it gave to its attempts so far. */
  tried: readonly Json[];
  /** Of a retry of the user's own: the failures that it was asked about. */
  decided: readonly DecidedFailure[];
}

/** A failure that a retry was asked about, and what it said. */
export interface DecidedFailure {
  /** The attempt in which it happened, from 1. */
  readonly attempt: number;
  readonly failed: number;
  /** The failed atom, or the retry inside this one's flow that gave up. */
  readonly via: number;
  readonly failure: Failure;
  /** Which execution failed, from 1. */
  readonly execution: number;
  readonly decision: Decision;
}

const NOTHING: readonly Json[] = [];
const NOTHING_DECIDED: readonly DecidedFailure[] = [];
const NO_SIGNALS: readonly KeptSignal[] = [];
const NO_IDS: readonly string[] = [];
const NO_VOTES: Readonly<Record<number, boolean>> = {};

export function newAtom(): AtomStatus {
  return {
    state: 'PENDING',
    intention: 'EXECUTE',
    round: 0,
    attempt: 0,
    turns: 0,
    callsBefore: 0,
    executions: 0,
    reversions: 0,
    losses: 0,
    interruptions: 0,
    startedAtMs: undefined,
    endedAtMs: undefined,
    revertStartedAtMs: undefined,
    revertEndedAtMs: undefined,
    unsettled: false,
    wakeAtMs: undefined,
    awaited: undefined,
    lost: false,
    outcome: 'none',
    result: undefined,
    failure: undefined,
    failedAt: -1,
    failedExecution: 0,
    overcome: undefined,
    revertResult: undefined,
    revertFailure: undefined,
    revertFailedAt: -1,
    saved: undefined,
    progress: 0,
    progressDetails: undefined,
    votes: NO_VOTES,
    tried: NOTHING,
    decided: NOTHING_DECIDED,
  };
}

const NO_CREATION: RunCreation = { key: '', flow: '', version: 0, fingerprint: '', inputs: {}, inputsHash: '' };

/** A run of which nothing is known yet, but which flow it runs, and the format that this needs. */
export function newRun(runId: string, atoms: number, manifest: Json = null, format = 1): RunStatus {
  return {
    runId,
    creation: NO_CREATION,
    state: 'PENDING',
    seq: -1,
    atMs: 0,
    format,
    startedAtMs: undefined,
    endedAtMs: undefined,
    snapshotSeq: -1,
    epoch: 0,
    incarnation: 0,
    fingerprint: '',
    manifest,
    changed: false,
    pastFailures: [],
    goingBack: false,
    cancelled: false,
    halted: false,
    reason: undefined,
    deadlineAtMs: undefined,
    overdueAt: -1,
    signals: NO_SIGNALS,
    signalIds: NO_IDS,
    atoms: Array.from({ length: atoms }, newAtom),
  };
}

/** @throws Error when the run has no such atom: then its journal or its flow is another one's */
export function atomOf(run: RunStatus, index: number): AtomStatus {
  const atom = run.atoms[index];
  if (atom === undefined) throw new Error(`the run has no atom ${index}`);
  return atom;
}

/** Which try in its round the atom is at, from 1. */
export function turnOf({ tried, turns }: AtomStatus): number {
  return tried.length + turns + 1;
}

/** Called, and not lost: its answer will come to this engine. */
export function isInFlight(atom: AtomStatus): boolean {
  return (atom.state === 'RUNNING' || atom.state === 'REVERTING') && !atom.lost;
}

/** It is to be undone: for good, to be run again, or to be left out. */
export function isTakenBack({ intention }: AtomStatus): boolean {
  return intention === 'REVERT' || intention === 'REDO' || intention === 'IGNORE';
}

/** What comes of it, and what others may do. */
export function standingOf({ state, intention }: AtomStatus): Standing {
  return STANDINGS[state][intention];
}

/** Of an optional node that has failed: nothing of it is left, and it can be left out. */
export function mayBeLeftOut(atom: AtomStatus): boolean {
  return standingOf(atom).next === 'leave out';
}

/** Of an optional node that has failed, was undone, and is left out. */
export function isLeftOut({ state, intention }: AtomStatus): boolean {
  return intention === 'IGNORE' && state === 'IGNORE';
}

/** Something was done, or may have been. */
export function mayBeUndone(state: AtomState): boolean {
  return state !== 'PENDING' && state !== 'REVERTED' && state !== 'IGNORE';
}

/** Whether all of these atoms were skipped: a decider with such a source abstains. */
export function isSkipped(run: RunStatus, range: { readonly first: number; readonly end: number } | undefined): boolean {
  if (range === undefined) return false;
  for (let atom = range.first; atom < range.end; atom++) if (run.atoms[atom]?.state !== 'IGNORE') return false;
  return range.first < range.end;
}
