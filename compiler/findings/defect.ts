import type { Place } from './place.js';

/** A mistake of the checker itself, with the place in the source that brought it about. */
export class CheckerDefectError extends Error {
  override name = 'CheckerDefectError';

  constructor(
    readonly place: Place,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
