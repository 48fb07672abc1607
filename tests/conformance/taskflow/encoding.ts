import type { Failure } from 'flowproof';
import type { NamedFailure } from './case.js';
import type { Json } from './json.js';

/** What scripted code throws. */
export class ScriptedError extends Error {
  override readonly name = 'ScriptedError';
}

/** What TaskFlow's own parts throw where ours do: its name for ours. */
const LIBRARY_ERRORS: Readonly<Record<string, string>> = { VALUE_ABSENT: 'NotFound' };

export function encodeFailure({ name, code, message }: Failure): NamedFailure {
  if (name === 'ScriptedError') return { error: name, message };
  return { error: LIBRARY_ERRORS[code ?? ''] ?? name };
}

/** A failure that stands where a value is expected. */
export function failureValue(failure: Failure): Json {
  return { $failure: { ...encodeFailure(failure) } };
}
