/**
 * flowproof: task flows that the compiler proves and the database remembers.
 *
 * Write tasks (`Task`, `defineTask`), compose them (`linear`, `unordered`, `graph`), run them (`run`, `flowproof`), keep their runs (`memory`,
 * `file`, and `postgres` from `flowproof/postgres`). How the rooms behind this door fit together: docs/architecture.md.
 */
import { builders } from './authoring/index.js';
import { compile, toDot, toMermaid } from './compilation/index.js';

// Authoring describes and never looks at what comes after it, so what a flow's methods do is handed in here.
export const { linear, unordered, graph } = builders(compile, { toMermaid, toDot });

export {
  type App,
  type AppBoard,
  type AppLimits,
  type AppOptions,
  type AppSchedules,
  type AtomView,
  type CancelOptions,
  type EngineOptions,
  type FlowEngine,
  type FollowOptions,
  flowproof,
  type InspectOptions,
  type LimitInfo,
  type NewRunOptions,
  type OneShotOptions,
  type Posting,
  type PostOptions,
  type PruneQuery,
  type RequeueQuery,
  type ResumeOptions,
  type RunHandle,
  type RunIdOption,
  type RunInfo,
  type RunStep,
  type RunsPage,
  type RunsQuery,
  type RunView,
  run,
  runOrThrow,
  type ScheduleInfo,
  type SignalOptions,
  type StopMode,
  type StopOptions,
  type Waiting,
} from './app/index.js';
export {
  type AnyFlow,
  type AnyTask,
  type Attempt,
  alwaysRevert,
  alwaysRevertAll,
  type Backoff,
  type DelayedRetry,
  type Depth,
  type DynamicFlow,
  type DynamicGraph,
  defineRetry,
  defineTask,
  type Flow,
  type FlowFactory,
  factory,
  forEach,
  forEachOf,
  type History,
  type Hooks,
  type Kept,
  mapTask,
  type Outcome,
  type Provides,
  type Register,
  type Requires,
  type Resolve,
  Retry,
  type RetryAnswer,
  type RetryContext,
  type RetryOptions,
  type RetryPolicy,
  type RunResult,
  reduceTask,
  type ServicesOf,
  type SignalsOf,
  type Storable,
  sleep,
  sleepUntil,
  Task,
  type TaskContext,
  type TaskOptions,
  type TaskTuning,
  type TimesRetry,
  times,
  type Use,
  use,
  type WaitNode,
  type WaitOptions,
  waitFor,
} from './authoring/index.js';
export { type MemoryBoardOptions, memoryBoard, type RequeueOptions, requeueAll } from './boards/index.js';
export type { ExecutorChoice } from './calls/index.js';
export {
  type ConductedJob,
  type Conductor,
  type ConductorCounts,
  type ConductorOptions,
  type ConductorState,
  conductor,
} from './conductor/index.js';
export type * from './declaration-names.js';
export type { EncryptionKey } from './encryption/index.js';
export type {
  AtomEvent,
  BoardEvent,
  ConductorEvent,
  Durability,
  EmittedEvent,
  EventFilter,
  EventOf,
  FlowEvent,
  JournalEvent,
  LateEvent,
  Listener,
  OnFailure,
  PoisonEvent,
  ProgressEvent,
  RecoveryEvent,
  RunEvent,
  RunStatistics,
  ScheduleEvent,
  SignalEvent,
  SlotEvent,
  StuckEvent,
  Telemetry,
} from './engine/index.js';
export { type ConcurrentOptions, concurrent, type PlacesOptions, processes, serial, threads } from './executors/index.js';
export type * from './generic-names.js';
export { BoardError } from './model/board-error.js';
export type { Clock, TimerOptions } from './model/clock.js';
export { type Codec, NotStorableError } from './model/codec/codec.js';
export { jsonCodec } from './model/codec/json-codec.js';
export type { Diagnostic, DiagnosticCode } from './model/diagnostics.js';
export {
  AppStoppedError,
  FlowDefinitionError,
  FlowFailedError,
  FlowproofError,
  type FlowproofErrorCode,
  IncompatibleFlowError,
  InvalidInputError,
  isFlowproofError,
  JournalFullError,
  PermanentError,
  PersistenceError,
  RevertNotFailedError,
  RunConflictError,
  RunEndedError,
  RunNotFailedError,
  RunNotFoundError,
  RunOwnedError,
  RunStuckError,
  SignalsFullError,
  StaleRunError,
  TransactionError,
} from './model/errors.js';
export type { Failure, FailureReport } from './model/failure.js';
export type { LimitChange } from './model/limits/flow-limits.js';
export { LimitError } from './model/limits/limit-error.js';
export type { StandardSchema, ValueIssue } from './model/schema.js';
export type { AtomKind, AtomState, Decision, RunState } from './model/states.js';
export { TaskSetMismatchError } from './model/task-set-mismatch.js';
export type { CallSpan, CallTelemetry, CreationSpan, TracedCall, TracedCreation, TracedEnd } from './model/telemetry/telemetry.js';
export {
  type EncryptedOptions,
  encrypted,
  type FileOptions,
  file,
  type Logbook,
  type LogbookFilter,
  type LogbookPage,
  type MemoryOptions,
  type Metadata,
  memory,
  type Offload,
  type OffloadedOptions,
  offloaded,
  type Persistence,
} from './persistence/index.js';
export { type OffersOf, type TaskSet, type TaskSetOptions, taskSet } from './places/index.js';
export {
  type CatchUp,
  type Overlap,
  type Schedule,
  ScheduleError,
  type ScheduleOptions,
  type ScheduleOptionsFor,
  schedule,
} from './schedules/index.js';
export { TransportError } from './transport/index.js';
