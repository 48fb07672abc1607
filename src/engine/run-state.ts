import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { AtomState, Intention, RunState } from '../model/states.js';
import type { RunCreation } from '../persistence/index.js';

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
  /** Of the last takeover, from 0: the fence that outside systems can be given. */
  epoch: number;
  readonly atoms: readonly AtomStatus[];
}

/** What is known of one atom. */
export interface AtomStatus {
  state: AtomState;
  intention: Intention;
  /** Grows each time the atom leaves PENDING, so that every piece of work has a name of its own. */
  round: number;
  /** Calls of the present phase in this round, from 1; 0 before the first. Of a retry: its attempts. */
  attempt: number;
  /** Calls of execute in this run. */
  executions: number;
  /** Calls of revert in this run. */
  reversions: number;
  /** How many engines died with this atom in flight, in this round. */
  losses: number;
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
  revertFailure: Failure | undefined;
  revertFailedAt: number;
  /** What `ctx.save` kept. */
  saved: Json | undefined;
  /** What deciders said of the node that begins here, by their number. */
  votes: Readonly<Record<number, boolean>>;
  /** Of a retry: what it gave to its attempts so far. */
  tried: readonly Json[];
}

const NOTHING: readonly Json[] = [];
const NO_VOTES: Readonly<Record<number, boolean>> = {};

export function newAtom(): AtomStatus {
  return {
    state: 'PENDING',
    intention: 'EXECUTE',
    round: 0,
    attempt: 0,
    executions: 0,
    reversions: 0,
    losses: 0,
    lost: false,
    outcome: 'none',
    result: undefined,
    failure: undefined,
    failedAt: -1,
    failedExecution: 0,
    revertFailure: undefined,
    revertFailedAt: -1,
    saved: undefined,
    votes: NO_VOTES,
    tried: NOTHING,
  };
}

const NO_CREATION: RunCreation = { key: '', flow: '', version: 0, fingerprint: '', inputs: {}, inputsHash: '' };

/** A run of which nothing is known yet. */
export function newRun(runId: string, atoms: number): RunStatus {
  return { runId, creation: NO_CREATION, state: 'PENDING', seq: -1, epoch: 0, atoms: Array.from({ length: atoms }, newAtom) };
}

/** Called, and not lost: its answer will come to this engine. */
export function isInFlight(atom: AtomStatus): boolean {
  return (atom.state === 'RUNNING' || atom.state === 'REVERTING') && !atom.lost;
}

/** Whether all of these atoms were skipped: a decider with such a source abstains. */
export function isSkipped(run: RunStatus, range: { readonly first: number; readonly until: number } | undefined): boolean {
  if (range === undefined) return false;
  for (let atom = range.first; atom < range.until; atom++) if (run.atoms[atom]?.state !== 'IGNORE') return false;
  return range.first < range.until;
}
