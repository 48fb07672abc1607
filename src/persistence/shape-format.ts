import { isJsonArray, isJsonObject, type Json } from '../model/json.js';
import type { Shape } from './journal.js';
import { JournalError } from './journal-error.js';

/** The stored form of a shape, without its fingerprint, which is the key it is stored under. */
export function encodeShape({ atoms, manifest }: Shape): string {
  return JSON.stringify({ atoms, manifest });
}

/** @throws JournalError `JOURNAL_CORRUPT` when it is missing or not a shape. */
export function decodeShape(runId: string, fingerprint: string, text: string | undefined): Shape {
  if (text === undefined) throw corrupt(runId, `the shape '${fingerprint}' of its flow is missing`);
  let stored: Json;
  try {
    stored = JSON.parse(text) as Json;
  } catch (cause) {
    throw corrupt(runId, `the shape '${fingerprint}' of its flow is not JSON`, cause);
  }
  if (!isJsonObject(stored) || !areAtoms(stored.atoms)) throw corrupt(runId, `the shape '${fingerprint}' of its flow has no atoms`);
  return { fingerprint, atoms: stored.atoms, manifest: stored.manifest ?? null };
}

function areAtoms(value: Json | undefined): value is Shape['atoms'] & readonly Json[] {
  if (value === undefined || !isJsonArray(value)) return false;
  return value.every(
    (atom) => isJsonArray(atom) && atom.length === 2 && typeof atom[0] === 'string' && (atom[1] === 'task' || atom[1] === 'retry'),
  );
}

function corrupt(runId: string, reason: string, cause?: unknown): JournalError {
  return new JournalError('JOURNAL_CORRUPT', runId, -1, reason, { cause });
}
