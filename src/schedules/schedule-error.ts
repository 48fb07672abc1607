import { FlowproofError, type ScheduleCode } from '../model/flowproof-error.js';

/** A schedule makes no sense, contradicts the one that is stored, or is not there. Nothing was written. */
export class ScheduleError extends FlowproofError<ScheduleCode> {
  override readonly name = 'ScheduleError';
  constructor(
    code: ScheduleCode,
    readonly schedule: string,
    why: string,
    options?: { readonly cause?: unknown },
  ) {
    super(code, `schedule '${schedule}': ${why}`, options);
  }
}
