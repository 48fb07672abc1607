import { type FlowproofErrorCode, isFlowproofError } from '#model/flowproof-error.js';
import { type ExitCode, UsageError } from './io.js';

/** What was given makes no sense. */
const WRONG: readonly FlowproofErrorCode[] = ['FLOW_DEFINITION', 'INVALID_INPUT', 'INVALID_SCHEDULE', 'INVALID_LIMIT'];

/** How a command ends that fails like this. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError || !isFlowproofError(error) || WRONG.includes(error.code)) return 2;
  return AWAY.some((kind) => error.code.startsWith(kind)) ? 3 : 1;
}

/** What of a store, board or broker is out of reach, or can't be used. */
const AWAY = ['STORE_', 'BOARD_', 'TRANSPORT_'];

/** Of several, the one that says most: a store, board or broker that is away before a wrong use before a no. */
export function worse(one: ExitCode, other: ExitCode): ExitCode {
  return one > other ? one : other;
}
