import { isJsonArray, isJsonObject, type Json } from '../../model/json.js';
import type { RunCreation } from '../transitions/payloads.js';
import { kindOf, type Transition } from '../transitions/table.js';

/** The newest format of entries that this version reads. Older ones are upcast on load, newer ones are refused. */
export const ENTRY_FORMAT = 3;

/**
 * The lowest format that can say it. What uses nothing new is read by the versions before, too, which go on with runs
 * beside this one while it is being deployed.
 */
export function formatOf(transitions: readonly Transition[]): number {
  let format = 1;
  for (const transition of transitions) {
    format = Math.max(format, kindOf(transition[0]).format);
    if (transition[0] === 'CANCEL' && transition[1] !== undefined) format = Math.max(format, WITH_REASON);
    if (transition[0] === 'CREATED') format = Math.max(format, formatOfCreation(transition[1]));
    if (transition[0] === 'FLOW') format = Math.max(format, formatOfFlow(transition[1].manifest));
  }
  return format;
}

/** The lowest format whose versions know all that is in a flow: they are not to begin with a run that they could not go on with. */
export function formatOfFlow(manifest: Json): number {
  const atoms = isJsonObject(manifest) ? manifest.atoms : undefined;
  const isWait = (atom: Json): boolean => isJsonObject(atom) && atom.kind === 'wait';
  return atoms !== undefined && isJsonArray(atoms) && atoms.some(isWait) ? WITH_WAITS : 1;
}

const WITH_WAITS = 2;
/** Versions before know no reason why a run was cancelled. */
const WITH_REASON = 2;

/** The same of what a run is begun with. */
export function formatOfCreation({ deadlineMs }: RunCreation): number {
  return deadlineMs === undefined ? 1 : WITH_DEADLINE;
}

const WITH_DEADLINE = 2;

/** One step of a run, atomic in the journal. */
export interface Entry {
  readonly runId: string;
  /** Place in the run, from 0, without holes. `(runId, seq)` is unique: that is the fence. */
  readonly seq: number;
  /** Grows with each takeover. */
  readonly epoch: number;
  /** A reader may begin at the last `snapshot`; everything else is a `step`. */
  readonly kind: 'step' | 'snapshot';
  /** The engine that wrote it, a UUID. */
  readonly writer: string;
  /** Tells this write from any other of the same writer: 12 hexadecimal digits. */
  readonly stepId: string;
  readonly format: number;
  /** The writer's clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly transitions: readonly Transition[];
}

/** An entry as stores keep it: what surrounds it as it is, its transitions as text (see `encodeTransitions`). */
export interface StoredEntry extends Omit<Entry, 'transitions'> {
  readonly transitions: string;
}
