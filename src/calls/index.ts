/** Calls: one call of the user's code as data, and what makes it, in whatever place. */
export { type Ruling, rulingIn, unusableAnswer } from './answers.js';
export { CallHere, type Controller, Controllers, newController } from './call-here.js';
export { storable } from './call-task.js';
export { type CallEnd, checkedEnd, isFailure } from './end.js';
export { endOfCall } from './end-of-call.js';
export type { Call, Executor, ExecutorChoice, ExecutorParts, OfferedBy, Slots, Work } from './executor.js';
export { type CallMessages, type CallPort, SAYS_NOTHING, savedTooLate } from './port.js';
export type { CallRegistry, RetryTarget, TaskTarget, WaitTarget } from './registry.js';
export type {
  CallRequest,
  DeciderRequest,
  EncodedAttemptFailure,
  EncodedHistory,
  EncodedOutcome,
  EncodedValues,
  ExecuteRequest,
  RetryRequest,
  RevertRequest,
  SignalRequest,
  TaskRequest,
} from './request.js';
export { type CallResult, resultOf } from './result.js';
export { runCall } from './run-call.js';
