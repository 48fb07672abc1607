import { isEnded, RUN_MOVES, type RunState } from '../model/states.js';
import type { Entry, FlowChange, Transition } from '../persistence/index.js';
import { foldAtom, lose, resetAtom } from './fold-atom.js';
import { failuresOfGone } from './past-failures.js';
import { type AtomStatus, newAtom, type RunStatus } from './run-state.js';
import { restore } from './snapshot.js';

/** Advances a run by one entry. @throws Error when the entry says what can't have happened after what came before. */
export function foldEntry(run: RunStatus, entry: Entry): void {
  run.seq = entry.seq;
  run.epoch = entry.epoch;
  run.atMs = entry.atMs;
  for (const transition of entry.transitions) foldTransition(run, transition);
}

/**
 * The run's next entry begins: what is folded from here on belongs to it.
 *
 * @param atMs when that is, in milliseconds since 1970
 */
export function beginEntry(run: RunStatus, atMs: number): void {
  run.seq++;
  run.atMs = atMs;
}

/** The entry that was begun last is not written, and says nothing new. */
export function dropEntry(run: RunStatus): void {
  run.seq--;
}

/** The last entry is a snapshot of what the run is anyway. */
export function snapshotTaken(run: RunStatus): void {
  run.snapshotSeq = run.seq;
}

/** Another engine has the run from here on. */
export function beginEpoch(run: RunStatus): void {
  run.epoch++;
}

/**
 * Advances a run by one fact. With its neighbours here, what it says of atoms (`fold-atom.ts`) and `restore`, the only
 * place that writes to a {@link RunStatus}.
 */
export function foldTransition(run: RunStatus, transition: Transition): void {
  switch (transition[0]) {
    case 'CREATED':
      run.creation = transition[1];
      run.fingerprint = transition[1].fingerprint;
      return;
    case 'RUN':
      moveRun(run, transition[1]);
      return;
    case 'FLOW':
      adoptFlow(run, transition[1]);
      return;
    case 'CANCEL':
      run.cancelled = true;
      return;
    case 'TAKEOVER':
      for (const atom of transition[1]) lose(atomOf(run, atom));
      return;
    case 'INTEND': {
      const [, intention, from, to] = transition;
      for (let index = from; index < to; index++) atomOf(run, index).intention = intention;
      if (intention === 'REVERT' && from === 0 && to === run.atoms.length) run.goingBack = true;
      return;
    }
    case 'RESET':
      for (let index = transition[1]; index < transition[2]; index++) resetAtom(run, atomOf(run, index));
      return;
    case 'SNAPSHOT':
      restore(run, transition[1]);
      snapshotTaken(run);
      return;
    default:
      foldAtom(run, atomOf(run, transition[1]), transition);
  }
}

/** PENDING is a new beginning: TaskFlow's reset, in one step and from everywhere (D-14). */
function moveRun(run: RunStatus, to: RunState): void {
  if (!RUN_MOVES[run.state].includes(to)) throw new Error(`a run can't go from ${run.state} to ${to}`);
  run.state = to;
  run.endedAtMs = isEnded(to) ? run.atMs : undefined;
  if (to === 'RUNNING') run.startedAtMs ??= run.atMs;
  if (to !== 'PENDING') return;
  run.startedAtMs = undefined;
  run.incarnation++;
  run.changed = run.goingBack = run.cancelled = false;
  run.pastFailures = [];
  for (const atom of run.atoms) Object.assign(atom, newAtom());
}

/**
 * The run's atoms are those of another flow now: what was done under a path stays done. Deciders are numbered by their
 * flow: what they have said, and still holds, is said again after this.
 */
function adoptFlow(run: RunStatus, { fingerprint, manifest, from }: FlowChange): void {
  const before = run.atoms;
  const places = new Map(from.map((place, index) => [place, index]));
  run.pastFailures = [...run.pastFailures, ...failuresOfGone(run, from)];
  run.fingerprint = fingerprint;
  run.manifest = manifest;
  run.changed = true;
  run.atoms = from.map((place) => (place < 0 ? newAtom() : moved(before[place] as AtomStatus, places)));
}

/** @param places where each atom is now, by where it was */
function moved(atom: AtomStatus, places: ReadonlyMap<number, number>): AtomStatus {
  atom.votes = newAtom().votes;
  atom.decided = atom.decided.flatMap((one) => {
    const via = places.get(one.via);
    return via === undefined ? [] : [{ ...one, via, failed: places.get(one.failed) ?? via }];
  });
  return atom;
}

function atomOf(run: RunStatus, index: number): AtomStatus {
  const atom = run.atoms[index];
  if (atom === undefined) throw new Error(`the run has no atom ${index}`);
  return atom;
}
