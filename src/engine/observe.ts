import type { AtomState } from '../model/states.js';
import type { Transition } from '../persistence/index.js';
import type { Change } from './decision.js';
import { foldTransition } from './fold.js';
import type { RunStatus } from './run-state.js';

/** Folds a fact in and notes what it changes, for listeners. Without listeners nobody needs to know what was before. */
export function foldObserved(run: RunStatus, transition: Transition, changes: Change[]): void {
  switch (transition[0]) {
    case 'RUN': {
      const { state: from } = run;
      foldRange(run, transition, changes, 0, transition[1] === 'PENDING' ? run.atoms.length : 0);
      changes.push({ kind: 'run', from, to: run.state });
      return;
    }
    case 'RESET':
      foldRange(run, transition, changes, transition[1], transition[2]);
      return;
    case 'CREATED':
    case 'SNAPSHOT':
    case 'FLOW':
    case 'CANCEL':
    case 'TAKEOVER':
    case 'INTEND':
    // Of the call that is taken back nobody was told.
    case 'WITHDRAWN':
      foldTransition(run, transition);
      return;
    default:
      foldOne(run, transition, transition[1], changes);
  }
}

function foldOne(run: RunStatus, transition: Transition, atom: number, changes: Change[]): void {
  const before = stateOf(run, atom);
  foldTransition(run, transition);
  const to = stateOf(run, atom);
  const told = toldBy(transition);
  // The attempt of a retry without code of its own is one fact, and two things to be told.
  const inOne = transition[0] === 'ATTEMPT' && before !== 'RUNNING';
  if (inOne) changes.push(moved(atom, before, 'RUNNING'));
  if (before !== to || 'failure' in told) changes.push({ ...moved(atom, inOne ? 'RUNNING' : before, to), ...told });
}

function foldRange(run: RunStatus, transition: Transition, changes: Change[], from: number, until: number): void {
  const before = run.atoms.slice(from, until).map(({ state }) => state);
  foldTransition(run, transition);
  for (const [offset, state] of before.entries()) {
    const to = stateOf(run, from + offset);
    if (state !== to) changes.push(moved(from + offset, state, to));
  }
}

type AtomChange = Extract<Change, { kind: 'atom' }>;

function moved(atom: number, from: AtomState, to: AtomState): AtomChange {
  return { kind: 'atom', atom, from, to };
}

function stateOf(run: RunStatus, atom: number): AtomState {
  return run.atoms[atom]?.state ?? 'PENDING';
}

/** What a fact says beside the state. */
function toldBy(transition: Transition): Pick<AtomChange, 'failure' | 'result'> {
  switch (transition[0]) {
    case 'FAILURE':
    case 'INTERRUPTED':
    case 'REVERT_FAILURE':
      return { failure: transition[2] };
    case 'SUCCESS':
    case 'ATTEMPT':
    case 'REVERTED':
      return transition[2] === undefined ? {} : { result: transition[2] };
    default:
      return {};
  }
}
