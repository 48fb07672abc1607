import type { Failure } from '../../model/failure.js';
import type { Json, JsonObject } from '../../model/json.js';
import type { AtomState, Intention } from '../../model/states.js';
import { type AtomStatus, atomOf, newAtom, type RunStatus } from './run-status.js';

/** All of a run's state as JSON: content of a snapshot entry. Atoms that nothing happened to are left out. */
export function snapshotOf(run: RunStatus): Json {
  const atoms: Json[] = [];
  run.atoms.forEach((atom, index) => {
    const packed = packAtom(atom);
    if (Object.keys(packed).length > 0) atoms.push([index, packed]);
  });
  const { creation, state, incarnation, fingerprint, changed, pastFailures, goingBack, cancelled, startedAtMs, endedAtMs } = run;
  const { signals, signalIds, halted, reason, deadlineAtMs, overdueAt } = run;
  const status = { creation: creation as unknown as Json, state, incarnation, fingerprint, goingBack, cancelled };
  const times: JsonObject = { ...(startedAtMs === undefined ? {} : { startedAtMs }), ...(endedAtMs === undefined ? {} : { endedAtMs }) };
  const limit: JsonObject = { ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }), ...(overdueAt < 0 ? {} : { overdueAt }) };
  // The flow of the creation is stored beside the journal.
  const flow: JsonObject = fingerprint === creation.fingerprint ? {} : { manifest: run.manifest };
  const again: JsonObject = changed ? { changed } : {};
  const past: JsonObject = pastFailures.length === 0 ? {} : { pastFailures: pastFailures as unknown as Json };
  const heard: JsonObject = {
    ...(signals.length === 0 ? {} : { signals: signals as unknown as Json }),
    ...(signalIds.length === 0 ? {} : { signalIds }),
  };
  const ends: JsonObject = { ...(halted ? { halted } : {}), ...(reason === undefined ? {} : { reason }) };
  return { ...status, ...ends, ...heard, ...limit, ...flow, ...again, ...times, ...past, count: run.atoms.length, atoms };
}

/**
 * Whether a snapshot is worth its write: when a reader would be spared most of what it reads. A run that goes through its
 * atoms once has about as many entries as a snapshot has atoms, and never needs one; one that tries again and again does.
 *
 * @param least entries after which it is thought of at all
 */
export function isSnapshotDue({ seq, snapshotSeq, atoms }: RunStatus, least: number): boolean {
  const since = seq - snapshotSeq;
  // Counting what a snapshot would hold costs a look at each atom: not with every step.
  if (since < least || since % least !== 0) return false;
  let held = 0;
  for (const { round, tried, decided } of atoms) if (round > 0) held += 1 + (tried.length + decided.length) * OF_AN_ATTEMPT;
  return since >= 2 * held;
}

/** What a retry keeps of an attempt or a failure is small beside the entries that it took, with all stacks. */
const OF_AN_ATTEMPT = 1 / 4;

/** The way back: the run is as it was when the snapshot was taken. */
export function restore(run: RunStatus, snapshot: Json): void {
  const { count, atoms, ...rest } = snapshot as unknown as Packed;
  Object.assign(run, rest);
  run.atoms = Array.from({ length: count }, newAtom);
  for (const [index, packed] of atoms) Object.assign(atomOf(run, index), unshared(packed));
}

type Packed = Pick<RunStatus, 'creation' | 'state' | 'incarnation' | 'fingerprint' | 'goingBack' | 'cancelled'> & {
  readonly manifest?: Json;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  readonly changed?: boolean;
  readonly halted?: boolean;
  readonly reason?: string;
  readonly pastFailures?: RunStatus['pastFailures'];
  readonly signals?: RunStatus['signals'];
  readonly signalIds?: RunStatus['signalIds'];
  readonly deadlineAtMs?: number;
  readonly overdueAt?: number;
  readonly count: number;
  readonly atoms: readonly (readonly [number, PackedAtom])[];
};

interface PackedAtom {
  readonly state?: AtomState;
  readonly intention?: Intention;
  readonly outcome?: AtomStatus['outcome'];
  readonly failure?: Failure;
  readonly [field: string]: unknown;
}

const FRESH = newAtom();

/** Only the fields that differ from those of a new atom. */
function packAtom(atom: AtomStatus): JsonObject {
  const fields = Object.entries(atom).filter(([field, value]) => value !== FRESH[field as keyof AtomStatus]);
  return unshared(Object.fromEntries(fields) as JsonObject);
}

/** The lists of an atom grow in their place: a snapshot has copies of them. */
function unshared<Packed extends object>(packed: Packed): Packed {
  const lists = Object.entries(packed).filter(([, value]) => Array.isArray(value));
  return { ...packed, ...Object.fromEntries(lists.map(([field, list]) => [field, [...(list as readonly unknown[])]])) };
}
