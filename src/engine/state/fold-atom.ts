import { type Failure, withoutStacks } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import { ATOM_MOVES, type AtomState } from '../../model/states.js';
import type { Awaited, Fact } from '../../persistence/index.js';
import { foldTimes } from './fold-times.js';
import { type AtomStatus, newAtom, type RunStatus } from './run-status.js';

const NEW = newAtom();

export function fail(run: RunStatus, atom: AtomStatus, outcome: 'failure' | 'interrupted', failure: Failure): void {
  move(run, atom, 'FAILURE');
  atom.outcome = outcome;
  atom.failure = failure;
  atom.failedAt = run.seq;
  atom.failedExecution = atom.executions;
  atom.lost = false;
}

export function revert(run: RunStatus, atom: AtomStatus): void {
  if (atom.state !== 'REVERTING' && atom.state !== 'REVERT_FAILURE') atom.attempt = atom.losses = 0;
  move(run, atom, 'REVERTING');
  atom.reversions++;
  call(atom);
}

export function reverted(run: RunStatus, atom: AtomStatus, result: Json | undefined): void {
  move(run, atom, 'REVERTED');
  atom.revertFailure = undefined;
  atom.revertResult = result;
  atom.result = undefined;
  atom.progress = 1;
  atom.tried = NEW.tried;
  atom.decided = NEW.decided;
}

export function failRevert(run: RunStatus, atom: AtomStatus, failure: Failure): void {
  move(run, atom, 'REVERT_FAILURE');
  atom.revertFailure = failure;
  atom.revertFailedAt = run.seq;
  atom.lost = false;
}

/** Its call has ended, and another one follows after a pause: the same piece of work, under the same key. */
export function tryAgain(run: RunStatus, atom: AtomStatus, [, , failure, untilMs, outcome]: Fact<'TRY_AGAIN'>): void {
  move(run, atom, 'RETRYING');
  atom.outcome = outcome ?? 'failure';
  atom.overcome = failure;
  atom.wakeAtMs = untilMs;
  atom.turns++;
  atom.callsBefore = atom.attempt;
  // What it did is not known, also when a later call says that it did nothing.
  if (outcome === 'interrupted') atom.interruptions++;
}

/** A retry has decided. It decides by what an error says: the stacks of ten thousand attempts would be most of a snapshot. */
export function decide(run: RunStatus, atom: AtomStatus, [, , failed, via, decision]: Fact<'DECIDED'>): void {
  const heard = run.atoms[via]?.failure === undefined ? run.atoms[failed] : run.atoms[via];
  const { failure = UNKNOWN, failedExecution: execution = 0 } = heard ?? {};
  const decided = { attempt: atom.tried.length, failed, via, failure: withoutStacks(failure), execution, decision };
  atom.decided = grown(atom.decided, decided);
}

export function vote(atom: AtomStatus, decider: number, yes: boolean): void {
  atom.votes = { ...atom.votes, [decider]: yes };
}

const UNKNOWN: Failure = { name: 'Error', message: 'the journal does not say what failed' };

/** A new round begins when the atom leaves PENDING; all else is another call in the same one. */
export function execute(run: RunStatus, atom: AtomStatus): void {
  if (atom.state === 'PENDING') {
    atom.round++;
    atom.attempt = atom.losses = atom.interruptions = atom.turns = atom.callsBefore = 0;
  }
  move(run, atom, 'RUNNING');
  atom.executions++;
  call(atom);
}

/** It waits from now on: a new round, in which nothing is called. */
export function wait(run: RunStatus, atom: AtomStatus, awaited: Awaited): void {
  atom.round++;
  atom.attempt = atom.losses = atom.interruptions = 0;
  move(run, atom, 'WAITING');
  atom.awaited = awaited;
  atom.wakeAtMs = awaited.untilMs;
}

/** The list with one more, which it becomes: a copy for each attempt would make a thousand of them cost a million. */
function grown<Item>(list: readonly Item[], item: Item): readonly Item[] {
  if (list.length === 0) return [item];
  (list as Item[]).push(item);
  return list;
}

/** A retry whose own code gave the values was RUNNING meanwhile; of the others the attempt is all there is to say. */
export function attempt(run: RunStatus, atom: AtomStatus, provided: Json | undefined): void {
  if (atom.state !== 'RUNNING') execute(run, atom);
  succeed(run, atom, provided);
  if (provided === undefined) return;
  atom.tried = grown(atom.tried, provided);
  atom.attempt = atom.tried.length;
}

export function succeed(run: RunStatus, atom: AtomStatus, result: Json | undefined): void {
  move(run, atom, 'SUCCESS');
  atom.outcome = 'result';
  atom.result = result;
  atom.progress = 1;
  atom.lost = false;
}

function call(atom: AtomStatus): void {
  atom.attempt++;
  atom.lost = false;
  atom.progress = 0;
}

/** An engine that never called what it had taken over did not lose it. */
export function lose(atom: AtomStatus): void {
  if (!atom.lost) {
    atom.losses++;
    if (atom.state === 'RUNNING') atom.interruptions++;
  }
  atom.lost = true;
}

/** A place still has the call: what was counted when its engine was lost is taken back. */
export function find(atom: AtomStatus): void {
  if (!atom.lost) throw new Error('a call is found that was not lost');
  atom.lost = false;
  atom.losses--;
  if (atom.state === 'RUNNING') atom.interruptions--;
}

/** The call that was written did not happen: everything is as if it had not been written. */
export function withdraw(run: RunStatus, atom: AtomStatus): void {
  const executing = atom.state === 'RUNNING';
  if (executing) atom.executions--;
  else atom.reversions--;
  atom.attempt--;
  const earlier = executing ? Math.max(atom.tried.length, atom.callsBefore) : 0;
  if (!executing && atom.revertFailure !== undefined) {
    move(run, atom, 'REVERT_FAILURE');
    atom.wakeAtMs = 0;
    return;
  }
  // An earlier call of this round was made: what it did is still unknown.
  if (atom.attempt > earlier) atom.lost = true;
  else if (!executing) move(run, atom, atom.outcome === 'result' ? 'SUCCESS' : 'FAILURE');
  else if (earlier > 0) move(run, atom, 'RETRYING');
  else {
    move(run, atom, 'PENDING');
    atom.round--;
  }
}

/** PENDING again: what it did is undone, what is counted goes on. */
export function resetAtom(run: RunStatus, atom: AtomStatus): void {
  const { round, executions, reversions } = atom;
  const overcome = atom.failure ?? atom.overcome;
  if (atom.state !== 'PENDING') move(run, atom, 'PENDING');
  Object.assign(atom, newAtom(), { round, executions, reversions, overcome });
}

export function move(run: RunStatus, atom: AtomStatus, to: AtomState): void {
  if (!ATOM_MOVES[atom.state].includes(to)) throw new Error(`an atom can't go from ${atom.state} to ${to}`);
  foldTimes(atom, to, run.atMs);
  atom.state = to;
  // A pause before the next attempt begins with the failure, and what is done is undone meanwhile.
  if (to !== 'RETRYING') atom.wakeAtMs = undefined;
  if (to !== 'WAITING') atom.awaited = undefined;
}
