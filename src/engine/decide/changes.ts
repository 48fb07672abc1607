import type { Failure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import type { AtomState } from '../../model/states.js';
import { kindOf, rangeOf, type Transition } from '../../persistence/index.js';
import { EFFECTS, type Heard } from '../state/effects.js';
import { foldTransition } from '../state/fold.js';
import type { Change } from '../state/protocol.js';
import { type AtomStatus, atomOf, type RunStatus, turnOf } from '../state/run-status.js';

/** Folds a fact in and notes what it changes, for listeners: called only where there are some, since it looks at each atom before and after. */
export function foldObserved(run: RunStatus, transition: Transition, changes: Change[]): void {
  const { heard } = EFFECTS[transition[0]];
  switch (heard) {
    case 'nothing':
      foldTransition(run, transition);
      return;
    case 'run': {
      const { state: from } = run;
      foldRange(run, transition, changes, 0, run.atoms.length);
      changes.push({ kind: 'run', from, to: run.state, ...tookMs(run.startedAtMs, run.endedAtMs) });
      return;
    }
    case 'range': {
      const [from, end] = rangeOf(transition, kindOf(transition[0]).rangeAt ?? 0);
      foldRange(run, transition, changes, from, end);
      return;
    }
    case 'state':
    case 'result':
    case 'failure':
    case 'attempt':
      foldOne(run, transition, heard, changes);
  }
}

function foldOne(run: RunStatus, transition: Transition, heard: Heard, changes: Change[]): void {
  const [, atom, payload] = transition as readonly [string, number, unknown];
  const before = stateOf(run, atom);
  foldTransition(run, transition);
  const to = stateOf(run, atom);
  // A retry without code of its own begins and ends its call in one fact; listeners hear of both.
  const inOne = heard === 'attempt' && before !== 'RUNNING';
  if (inOne) changes.push(atomChange(run, atom, before, 'RUNNING'));
  const change = atomChange(run, atom, inOne ? 'RUNNING' : before, to);
  if (heard === 'failure') changes.push({ ...change, failure: payload as Failure });
  else if (before === to) return;
  else if (heard === 'state' || payload === undefined) changes.push(change);
  else changes.push({ ...change, result: payload as Json });
}

function foldRange(run: RunStatus, transition: Transition, changes: Change[], from: number, end: number): void {
  const before = run.atoms.slice(from, end).map(({ state }) => state);
  foldTransition(run, transition);
  for (const [offset, state] of before.entries()) {
    const to = stateOf(run, from + offset);
    if (state !== to) changes.push(atomChange(run, from + offset, state, to));
  }
}

type AtomChange = Extract<Change, { kind: 'atom' }>;

/** The move of an atom that was folded in last. */
export function atomChange(run: RunStatus, index: number, from: AtomState, to: AtomState): AtomChange {
  const atom = atomOf(run, index);
  return { kind: 'atom', atom: index, from, to, round: atom.round, turn: turnOf(atom), attempt: atom.attempt, ...durationOf(atom, to) };
}

/** How long the phase that ends with this state took, from its first call in the round: by the times that the journal keeps. */
function durationOf(atom: AtomStatus, to: AtomState): { durationMs?: number } {
  switch (to) {
    case 'SUCCESS':
    case 'FAILURE':
      return tookMs(atom.startedAtMs, atom.endedAtMs);
    case 'REVERTED':
    case 'REVERT_FAILURE':
      return tookMs(atom.revertStartedAtMs, atom.revertEndedAtMs);
    case 'PENDING':
    case 'RUNNING':
    case 'WAITING':
    case 'REVERTING':
    case 'RETRYING':
    case 'IGNORE':
      return {};
  }
}

/** The clocks of two processes may differ: nothing takes less than no time. */
function tookMs(from: number | undefined, to: number | undefined): { durationMs?: number } {
  return from === undefined || to === undefined ? {} : { durationMs: Math.max(0, to - from) };
}

function stateOf(run: RunStatus, atom: number): AtomState {
  return run.atoms[atom]?.state ?? 'PENDING';
}
