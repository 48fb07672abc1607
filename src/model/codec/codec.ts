import type { Json } from '../json.js';

/**
 * Turns values into plain JSON for the journal and back. Implementations are pure; what `decode` gives is a fresh
 * value every time, so a task can't change what another one reads.
 */
export interface Codec {
  /** @throws NotStorableError `NOT_STORABLE` with the path of the part that can't be kept. */
  encode(value: unknown): Json;
  /** @throws Error when the JSON was not written by this codec. */
  decode(json: Json): unknown;
}

/** Thrown by a codec; carries where in the value the trouble is, so that the caller can say whose value it was. */
export class NotStorableError extends Error {
  readonly code = 'NOT_STORABLE';
  override readonly name = 'NotStorableError';
  constructor(
    /** Dotted path inside the value, empty for the value itself. */
    readonly path: string,
    readonly reason: string,
  ) {
    super(path === '' ? `the value ${reason}` : `'${path}' ${reason}`);
  }
}

/** Whether it is one, also when a codec with another copy of this package threw it. */
export function isNotStorable(thrown: unknown): thrown is NotStorableError {
  try {
    const { code, path, reason } = thrown as Partial<NotStorableError>;
    return code === 'NOT_STORABLE' && typeof path === 'string' && typeof reason === 'string';
  } catch {
    return false;
  }
}
