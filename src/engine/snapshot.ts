import type { Failure } from '../model/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { AtomState, Intention, RunState } from '../model/states.js';
import type { RunCreation } from '../persistence/index.js';
import { type AtomStatus, newAtom, type RunStatus } from './run-state.js';

/** All of a run's state as JSON: content of a snapshot entry. Atoms that nothing happened to are left out. */
export function snapshotOf(run: RunStatus): Json {
  const atoms: Json[] = [];
  run.atoms.forEach((atom, index) => {
    const packed = packAtom(atom);
    if (Object.keys(packed).length > 0) atoms.push([index, packed]);
  });
  return { creation: run.creation as unknown as Json, state: run.state, atoms };
}

/** The way back: the run is as it was when the snapshot was taken. */
export function restore(run: RunStatus, snapshot: Json): void {
  const { creation, state, atoms } = snapshot as unknown as {
    creation: RunCreation;
    state: RunState;
    atoms: readonly (readonly [number, PackedAtom])[];
  };
  run.creation = creation;
  run.state = state;
  for (const atom of run.atoms) Object.assign(atom, newAtom());
  for (const [index, packed] of atoms) Object.assign(run.atoms[index] as AtomStatus, packed);
}

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
  return Object.fromEntries(Object.entries(atom).filter(([field, value]) => value !== FRESH[field as keyof AtomStatus])) as JsonObject;
}
