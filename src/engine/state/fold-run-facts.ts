import { timeAfter } from '../../model/clock.js';
import type { Json } from '../../model/json.js';
import { type Intention, isEnded, RUN_MOVES, type RunState } from '../../model/states.js';
import { type FlowChange, formatOfCreation, formatOfFlow, type RunCreation } from '../../persistence/index.js';
import { resetAtom } from './fold-atom.js';
import { failuresOfGone } from './past-failures.js';
import { type AtomStatus, newAtom, type RunStatus } from './run-status.js';
import { restore } from './snapshot.js';

export function create(run: RunStatus, creation: RunCreation): void {
  run.creation = creation;
  run.fingerprint = creation.fingerprint;
  run.format = Math.max(run.format, formatOfCreation(creation));
  run.deadlineAtMs = deadlineOf(run);
}

/** When a run that begins with this entry has to be done. */
function deadlineOf({ creation: { deadlineMs }, atMs }: RunStatus): number | undefined {
  return deadlineMs === undefined ? undefined : timeAfter(atMs, deadlineMs);
}

export function passDeadline(run: RunStatus): void {
  run.overdueAt = run.seq;
}

export function cancel(run: RunStatus, reason: string | undefined): void {
  run.cancelled = true;
  run.halted = false;
  run.reason = reason ?? run.reason;
}

export function halt(run: RunStatus, reason: string | undefined): void {
  run.cancelled = run.halted = true;
  run.reason = reason ?? run.reason;
}

/** Everything is to be undone: nothing changes that any more. */
export function intend(run: RunStatus, intention: Intention, from: number, end: number): void {
  for (const atom of between(run, from, end)) atom.intention = intention;
  if (intention === 'REVERT' && from === 0 && end === run.atoms.length) run.goingBack = true;
}

export function resetAtoms(run: RunStatus, from: number, end: number): void {
  for (const atom of between(run, from, end)) resetAtom(run, atom);
}

export function restoreSnapshot(run: RunStatus, snapshot: Json): void {
  restore(run, snapshot);
  snapshotTaken(run);
}

/** The last entry is a snapshot of what the run is anyway. */
export function snapshotTaken(run: RunStatus): void {
  run.snapshotSeq = run.seq;
}

/** PENDING is a new beginning: TaskFlow's reset, in one step and from everywhere (D-14). */
export function moveRun(run: RunStatus, to: RunState): void {
  if (!RUN_MOVES[run.state].includes(to)) throw new Error(`a run can't go from ${run.state} to ${to}`);
  run.state = to;
  run.endedAtMs = isEnded(to) ? run.atMs : undefined;
  if (to === 'RUNNING') run.startedAtMs ??= run.atMs;
  if (to !== 'PENDING') return;
  run.startedAtMs = undefined;
  run.incarnation++;
  run.changed = run.goingBack = run.cancelled = run.halted = false;
  run.reason = undefined;
  run.deadlineAtMs = deadlineOf(run);
  run.overdueAt = -1;
  run.pastFailures = [];
  run.signals = [];
  run.signalIds = [];
  for (const atom of run.atoms) Object.assign(atom, newAtom());
}

/**
 * The run's atoms are those of another flow now: what was done under a path stays done. Deciders are numbered by their
 * flow: what they have said, and still holds, is said again after this.
 */
export function adoptFlow(run: RunStatus, { fingerprint, manifest, from }: FlowChange): void {
  const before = run.atoms;
  const places = new Map(from.map((place, index) => [place, index]));
  run.pastFailures = [...run.pastFailures, ...failuresOfGone(run, from)];
  run.fingerprint = fingerprint;
  run.manifest = manifest;
  run.format = Math.max(run.format, formatOfFlow(manifest));
  run.changed = true;
  run.atoms = from.map((place) => (place < 0 ? newAtom() : renumbered(before[place] as AtomStatus, places)));
}

/** @param places where each atom is now, by where it was */
function renumbered(atom: AtomStatus, places: ReadonlyMap<number, number>): AtomStatus {
  atom.votes = newAtom().votes;
  atom.decided = atom.decided.flatMap((decided) => {
    const via = places.get(decided.via);
    return via === undefined ? [] : [{ ...decided, via, failed: places.get(decided.failed) ?? via }];
  });
  return atom;
}

function between(run: RunStatus, from: number, end: number): readonly AtomStatus[] {
  if (end > run.atoms.length) throw new Error(`the run has no atom ${end - 1}`);
  return run.atoms.slice(from, end);
}
