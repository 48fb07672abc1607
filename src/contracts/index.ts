/**
 * Door `flowproof/contracts`: what those must do who bring a part of their own. Types and nothing else.
 */
export type {
  Call,
  CallEnd,
  CallMessages,
  CallRequest,
  DeciderRequest,
  EncodedAttemptFailure,
  EncodedHistory,
  EncodedOutcome,
  EncodedValues,
  ExecuteRequest,
  Executor,
  ExecutorChoice,
  ExecutorParts,
  RetryRequest,
  RevertRequest,
  SignalRequest,
  Slots,
  TaskRequest,
  Work,
} from '../calls/index.js';
export type { Json } from '../model/json.js';
