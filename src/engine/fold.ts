import type { Json } from '../model/json.js';
import { ATOM_MOVES, type AtomState, RUN_MOVES, type RunState } from '../model/states.js';
import type { Entry, Transition } from '../persistence/index.js';
import { type AtomStatus, newAtom, type RunStatus } from './run-state.js';
import { restore } from './snapshot.js';

/** Advances a run by one entry. @throws Error when the entry says what can't have happened after what came before. */
export function foldEntry(run: RunStatus, entry: Entry): void {
  run.seq = entry.seq;
  run.epoch = entry.epoch;
  for (const transition of entry.transitions) foldTransition(run, transition);
}

/** The run's next entry begins: what is folded from here on belongs to it. */
export function beginEntry(run: RunStatus): void {
  run.seq++;
}

/** Another engine has the run from here on. */
export function beginEpoch(run: RunStatus): void {
  run.epoch++;
}

/** Advances a run by one fact. With its neighbours here and `restore`, which it calls, the only place that writes to a {@link RunStatus}. */
export function foldTransition(run: RunStatus, transition: Transition): void {
  switch (transition[0]) {
    case 'CREATED':
      run.creation = transition[1];
      return;
    case 'RUN':
      moveRun(run, transition[1]);
      return;
    case 'TAKEOVER':
      for (const atom of transition[1]) lose(atomOf(run, atom));
      return;
    case 'INTEND':
      for (let index = transition[2]; index < transition[3]; index++) atomOf(run, index).intention = transition[1];
      return;
    case 'RESET':
      for (let index = transition[1]; index < transition[2]; index++) reset(atomOf(run, index));
      return;
    case 'SNAPSHOT':
      restore(run, transition[1]);
      return;
    default:
      foldAtom(run, atomOf(run, transition[1]), transition);
  }
}

const NEW = newAtom();

type AtomTransition = Exclude<Transition, readonly ['CREATED' | 'RUN' | 'TAKEOVER' | 'INTEND' | 'RESET' | 'SNAPSHOT', ...unknown[]]>;

function foldAtom(run: RunStatus, atom: AtomStatus, transition: AtomTransition): void {
  switch (transition[0]) {
    case 'RUNNING':
      execute(atom);
      return;
    case 'ATTEMPT':
      execute(atom);
      succeed(atom, transition[2]);
      if (transition[2] !== undefined) atom.tried = [...atom.tried, transition[2]];
      return;
    case 'SUCCESS':
      succeed(atom, transition[2]);
      return;
    case 'FAILURE':
    case 'INTERRUPTED':
      move(atom, 'FAILURE');
      atom.outcome = transition[0] === 'FAILURE' ? 'failure' : 'interrupted';
      atom.failure = transition[2];
      atom.failedAt = run.seq;
      atom.failedExecution = atom.executions;
      atom.lost = false;
      return;
    case 'REVERTING':
      if (atom.state !== 'REVERTING') atom.attempt = atom.losses = 0;
      move(atom, 'REVERTING');
      atom.reversions++;
      call(atom);
      return;
    case 'REVERTED':
      move(atom, 'REVERTED');
      atom.revertFailure = undefined;
      atom.result = undefined;
      atom.tried = NEW.tried;
      return;
    case 'REVERT_FAILURE':
      move(atom, 'REVERT_FAILURE');
      atom.revertFailure = transition[2];
      atom.revertFailedAt = run.seq;
      atom.lost = false;
      return;
    case 'RETRYING':
      move(atom, 'RETRYING');
      return;
    case 'WITHDRAWN':
      withdraw(atom);
      return;
    case 'VOTE':
      atom.votes = { ...atom.votes, [transition[2]]: transition[3] };
      return;
    case 'IGNORE':
      move(atom, 'IGNORE');
      return;
    case 'SAVED':
      atom.saved = transition[2];
      return;
  }
}

/** A new round begins when the atom leaves PENDING; all else is another call in the same one. */
function execute(atom: AtomStatus): void {
  if (atom.state === 'PENDING') {
    atom.round++;
    atom.attempt = atom.losses = 0;
  }
  move(atom, 'RUNNING');
  atom.executions++;
  call(atom);
}

function succeed(atom: AtomStatus, result: Json | undefined): void {
  move(atom, 'SUCCESS');
  atom.outcome = 'result';
  atom.result = result;
}

function call(atom: AtomStatus): void {
  atom.attempt++;
  atom.lost = false;
}

/** An engine that never called what it had taken over did not lose it. */
function lose(atom: AtomStatus): void {
  if (!atom.lost) atom.losses++;
  atom.lost = true;
}

/** The call that was written did not happen: everything is as if it had not been written. */
function withdraw(atom: AtomStatus): void {
  const executing = atom.state === 'RUNNING';
  if (executing) atom.executions--;
  else atom.reversions--;
  atom.attempt--;
  // An earlier call of this round was made: what it did is still unknown.
  if (atom.attempt > 0) atom.lost = true;
  else if (!executing) move(atom, atom.outcome === 'result' ? 'SUCCESS' : 'FAILURE');
  else {
    move(atom, 'PENDING');
    atom.round--;
  }
}

/** PENDING again: what it did is undone, what is counted goes on. */
function reset(atom: AtomStatus): void {
  const { round, executions, reversions } = atom;
  if (atom.state !== 'PENDING') move(atom, 'PENDING');
  Object.assign(atom, newAtom(), { round, executions, reversions });
}

function move(atom: AtomStatus, to: AtomState): void {
  if (!ATOM_MOVES[atom.state].includes(to)) throw new Error(`an atom can't go from ${atom.state} to ${to}`);
  atom.state = to;
}

function moveRun(run: RunStatus, to: RunState): void {
  if (!RUN_MOVES[run.state].includes(to)) throw new Error(`a run can't go from ${run.state} to ${to}`);
  run.state = to;
}

function atomOf(run: RunStatus, index: number): AtomStatus {
  const atom = run.atoms[index];
  if (atom === undefined) throw new Error(`the run has no atom ${index}`);
  return atom;
}
