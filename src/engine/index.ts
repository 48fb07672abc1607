/** The engine: a pure core (fold, decide) and the loop that does its input and output. */

export { AppSlots } from './calls/app-slots.js';
export { type Executors, type SlottedExecutor, unbounded } from './calls/executors.js';
export { SlotLoans } from './calls/slot-loans.js';
export type { SlotDesk } from './calls/task-slots.js';
export { type EventFilter, type EventOf, type Hearing, hearingOf } from './events/event-filter.js';
export type {
  AtomEvent,
  BoardEvent,
  CallFields,
  CommonFields,
  ConductorEvent,
  EmittedEvent,
  EngineFields,
  FlowEvent,
  HeardRun,
  JournalEvent,
  LateEvent,
  Listener,
  PoisonEvent,
  ProgressEvent,
  RecoveryEvent,
  RunEvent,
  ScheduleEvent,
  SignalEvent,
  SlotEvent,
  StepFields,
  StuckEvent,
} from './events/events.js';
export { frozenEvent } from './events/frozen.js';
export { StoredEvents } from './events/stored-events.js';
export type { Telemetry } from './events/telemetry.js';
export type { NewRun, PostOrder } from './loop/creation.js';
export { Engine, type EngineEnd } from './loop/engine.js';
export {
  beginRun,
  isWoken,
  type OpenedRun,
  resetRun,
  runningIn,
  runOf,
  standingOf,
  type TakenRun,
  takeOver,
  Unfired,
} from './loop/open.js';
export { openClaimed, openingOf } from './loop/opening.js';
export type { Durability } from './record/durability.js';
export type { EngineContext } from './record/engine-context.js';
export type { RunStatistics } from './record/statistics.js';
export { behaviorOf } from './state/atom-behavior.js';
export { failuresOf, pendingReverts, stateOf } from './state/failures.js';
export { foldRun, SealedRunError } from './state/load-run.js';
export { shownBeside, shownFailure, shownResult } from './state/mask.js';
export { pathOf } from './state/paths.js';
export type { OnFailure, StepPlan } from './state/protocol.js';
export { type AnyRunResult, runResult } from './state/run-result.js';
export { type AtomStatus, type RunStatus, turnOf } from './state/run-status.js';
export { anySecrets, storedSecrets } from './state/stored-secrets.js';
export { atomsOf } from './upgrade/resume-compatibility.js';
