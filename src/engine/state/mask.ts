import { copyOfFailure, type Failure } from '../../model/failure.js';
import { MASKED, maskedFailure } from '../../model/masking.js';
import type { Secrets } from '../../model/secrets.js';

/** What an atom gave, as everybody may see it. */
export function shownResult(secrets: Secrets | undefined, atom: number, result: unknown): unknown {
  const names = secrets?.outputs.get(atom);
  if (names === undefined) return result;
  if (typeof result !== 'object' || result === null) return MASKED;
  return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, names.has(name) ? MASKED : value]));
}

/** What else it said: anything may be in it. */
export function shownBeside<Report>(secrets: Secrets | undefined, atom: number, report: Report): Report | typeof MASKED {
  return secrets?.secretReaders.has(atom) === true ? MASKED : report;
}

/** A copy: what its reader does to it shows nowhere else. */
export function shownFailure(secrets: Secrets | undefined, atom: number, failure: Failure): Failure {
  return secrets?.secretReaders.has(atom) === true ? maskedFailure(failure) : copyOfFailure(failure);
}
