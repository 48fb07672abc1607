/** The engine: a pure core (fold, decide) and the loop that does its input and output. */

export { AppSlots } from './calls/app-slots.js';
export type {
  AtomEvent,
  EmittedEvent,
  FlowEvent,
  JournalEvent,
  LateEvent,
  Listener,
  PoisonEvent,
  ProgressEvent,
  RecoveryEvent,
  RunEvent,
  SignalEvent,
} from './events/events.js';
export { Engine, type EngineEnd } from './loop/engine.js';
export { beginRun, isWoken, type NewRun, type OpenedRun, resetRun, runOf, type TakenRun, takeOver } from './loop/open.js';
export type { Durability } from './record/durability.js';
export type { EngineContext } from './record/engine-context.js';
export type { RunStatistics } from './record/statistics.js';
export { behaviorOf } from './state/atom-behavior.js';
export { failuresOf, pendingReverts } from './state/failures.js';
export { foldRun, SealedRunError } from './state/load-run.js';
export { shownBeside, shownFailure, shownResult } from './state/mask.js';
export { pathOf } from './state/paths.js';
export type { Decision as StepDecision, OnFailure } from './state/protocol.js';
export { type AnyRunResult, runResult } from './state/run-result.js';
export type { AtomStatus, RunStatus } from './state/run-status.js';
export { anySecrets, storedSecrets } from './state/stored-secrets.js';
export { atomsOf } from './upgrade/resume-compatibility.js';
