import { type FlowproofErrorCode, isFlowproofError } from '#model/flowproof-error.js';
import { type ExitCode, UsageError } from './io.js';

/** What was given makes no sense. */
const WRONG: readonly FlowproofErrorCode[] = ['FLOW_DEFINITION', 'INVALID_INPUT', 'INVALID_SCHEDULE', 'INVALID_LIMIT'];

/** How a command ends that fails like this. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError || !isFlowproofError(error) || WRONG.includes(error.code)) return 2;
  return error.code.startsWith('STORE_') || error.code.startsWith('BOARD_') ? 3 : 1;
}

/** Of several, the one that says most: a store or board that is away before a wrong use before a no. */
export function worse(one: ExitCode, other: ExitCode): ExitCode {
  return one > other ? one : other;
}
