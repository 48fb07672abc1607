import type { Failure } from '../../model/failure.js';
import { type ShownValue, shownValue } from './shown-value.js';

/** A failure as the page shows it. */
export interface ShownFailure extends Pick<Failure, 'name' | 'message' | 'code' | 'status' | 'permanent' | 'stack'> {
  readonly data?: ShownValue;
  /** What caused it, and what it is made of. */
  readonly causes: readonly ShownFailure[];
}

/** The journal has bounded it already. */
export function shownFailure({ name, message, code, status, permanent, stack, data, cause, errors = [] }: Failure): ShownFailure {
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
    ...(permanent === undefined ? {} : { permanent }),
    ...(stack === undefined ? {} : { stack }),
    ...(data === undefined ? {} : { data: shownValue(data) }),
    causes: [...(cause === undefined ? [] : [cause]), ...errors].map(shownFailure),
  };
}
