import type { CompiledAtom, CompiledFlow } from '../compilation/index.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../model/json.js';
import type { FlowChange, Shape } from '../persistence/index.js';
import type { AtomStatus, RunStatus } from './run-state.js';

/** What another version of a flow means for a stored run. */
export interface Continuation {
  readonly change: FlowChange;
  /** Why the run can't go on with it; empty: it can. */
  readonly report: readonly string[];
}

/**
 * Compares the flow of a stored run with the one that this code has, atom by atom, by their paths. What has not begun may
 * change in any way; what has begun must be there still, mean the same, and find the values that it needs. TaskFlow
 * section 17.4 with differences D-13 and D-15.
 */
export function continuationOf(flow: CompiledFlow, status: RunStatus): Continuation {
  const stored = atomsIn(status.manifest);
  const places = new Map(stored.map(({ path }, place) => [path, place]));
  const from = flow.atoms.map(({ path }) => places.get(path) ?? -1);
  const { version, fingerprint, manifest } = flow;
  const report = [
    ...versions(flow, status),
    ...flow.atoms.flatMap((atom, index) => changed(atom, stored[from[index] as number], status.atoms[from[index] as number])),
    ...gone(stored, new Set(flow.atoms.map(({ path }) => path)), status.atoms),
  ];
  return { change: { version, fingerprint, manifest, from }, report };
}

interface StoredAtom {
  readonly path: string;
  readonly kind: Json | undefined;
  readonly version: Json | undefined;
  readonly reverts: boolean;
}

function atomsIn(manifest: Json): readonly StoredAtom[] {
  const atoms = isJsonObject(manifest) ? manifest.atoms : undefined;
  if (atoms === undefined || !isJsonArray(atoms)) return [];
  return atoms.filter(isJsonObject).map(({ path, kind, version, reverts }: JsonObject) => ({
    path: typeof path === 'string' ? path : '',
    kind,
    version,
    reverts: reverts === true,
  }));
}

/** The atom table of a run: that of the flow which it began with, or of the last one that went on with it. */
export function atomsOf({ manifest, fingerprint }: RunStatus, began: Shape): Shape['atoms'] {
  if (fingerprint === began.fingerprint) return began.atoms;
  return atomsIn(manifest).map(({ path, kind }) => [path, kind === 'retry' ? 'retry' : 'task'] as const);
}

function versions({ version, continues }: CompiledFlow, { manifest, creation }: RunStatus): string[] {
  const stored = isJsonObject(manifest) && typeof manifest.version === 'number' ? manifest.version : creation.version;
  if (stored === version || continues.includes(stored)) return [];
  return [`the run is one of version ${stored}; this code has version ${version}, which does not say that it continues ${stored}`];
}

function changed(atom: CompiledAtom, before: StoredAtom | undefined, status: AtomStatus | undefined): string[] {
  if (before === undefined || status === undefined || status.round === 0) return [];
  if (before.kind !== atom.kind) return [`'${atom.path}' was a ${String(before.kind)} when it began, and is a ${atom.kind} now`];
  if (atom.kind !== 'task' || (before.version ?? 1) === atom.task.version) return [];
  return [`'${atom.path}' began in version ${String(before.version ?? 1)}, and is version ${atom.task.version} now`];
}

/** What was done and is gone could never be undone. */
function gone(stored: readonly StoredAtom[], present: ReadonlySet<string>, atoms: readonly AtomStatus[]): string[] {
  return stored.flatMap(({ path, kind, reverts }, place) => {
    const state = atoms[place]?.state ?? 'PENDING';
    if (present.has(path) || !mayBeUndone(state)) return [];
    const isUnderWay = state !== 'SUCCESS';
    if (!isUnderWay && !reverts && kind === 'task') return [];
    return [`'${path}' is ${state}, and is not in this code: nobody could ${isUnderWay ? 'finish or undo' : 'undo'} it`];
  });
}

/** Something was done, or may have been. */
export function mayBeUndone(state: AtomStatus['state']): boolean {
  return state !== 'PENDING' && state !== 'REVERTED' && state !== 'IGNORE';
}
