import { isJsonArray, isJsonObject, type Json } from '../../model/json.js';
import { isNewerManifest } from '../../model/manifest.js';
import { ATOM_KINDS, type AtomKind } from '../../model/states.js';
import type { Shape } from '../contract/journal.js';
import { JournalError } from '../contract/journal-error.js';

/** The stored form of a shape, without its fingerprint, which is the key it is stored under. */
export function encodeShape({ atoms, manifest }: Shape): string {
  return JSON.stringify({ atoms, manifest });
}

/** @throws JournalError `JOURNAL_CORRUPT` when it is missing or not a shape, `JOURNAL_TOO_NEW` when only a newer version can have written it. */
export function decodeShape(runId: string, fingerprint: string, text: string | undefined): Shape {
  if (text === undefined) throw corrupt(runId, `the shape '${fingerprint}' of its flow is missing`);
  let stored: Json;
  try {
    stored = JSON.parse(text) as Json;
  } catch (cause) {
    throw corrupt(runId, `the shape '${fingerprint}' of its flow is not JSON`, cause);
  }
  if (!isJsonObject(stored) || stored.atoms === undefined || !isJsonArray(stored.atoms)) {
    throw corrupt(runId, `the shape '${fingerprint}' of its flow has no atoms`);
  }
  const other = stored.atoms.find(isOfNewKind);
  if (other !== undefined) throw tooNew(runId, fingerprint, `has the atom ${JSON.stringify(other)}`);
  if (isNewerManifest(stored.manifest)) throw tooNew(runId, fingerprint, 'is described in a newer way');
  if (!areAtoms(stored.atoms)) throw corrupt(runId, `the shape '${fingerprint}' of its flow has no atoms`);
  return { fingerprint, atoms: stored.atoms, manifest: stored.manifest ?? null };
}

function isOfNewKind(atom: Json): boolean {
  return isJsonArray(atom) && typeof atom[0] === 'string' && typeof atom[1] === 'string' && !isKnownKind(atom[1]);
}

function areAtoms(value: readonly Json[]): value is Shape['atoms'] & readonly Json[] {
  return value.every((atom) => isJsonArray(atom) && atom.length === 2 && typeof atom[0] === 'string' && isKnownKind(atom[1]));
}

function isKnownKind(kind: Json | undefined): boolean {
  return ATOM_KINDS.includes(kind as AtomKind);
}

function tooNew(runId: string, fingerprint: string, what: string): JournalError {
  const reason = `the shape '${fingerprint}' of its flow ${what}, which this version does not know`;
  return new JournalError('JOURNAL_TOO_NEW', runId, -1, reason);
}

function corrupt(runId: string, reason: string, cause?: unknown): JournalError {
  return new JournalError('JOURNAL_CORRUPT', runId, -1, reason, { cause });
}

/** For whoever has the shape of the run already. */
export function noShape(fingerprint: string): Shape {
  return { fingerprint, atoms: [], manifest: null };
}
