/** The engine: a pure core (fold, decide) and the loop that does its input and output. */

export { atomsOf } from './compatibility.js';
export type { Decision as StepDecision, OnFailure } from './decision.js';
export type { Durability } from './durability.js';
export { Engine, type EngineEnd } from './engine.js';
export type { EngineParts } from './engine-parts.js';
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
} from './events.js';
export { type AnyOutcome, type Executor, InterruptedCall, type Work } from './executor.js';
export { failuresOf, pendingReverts } from './failures.js';
export { foldRun, SealedRunError } from './fold-run.js';
export { beginRun, isWoken, type NewRun, type OpenedRun, resetRun, runOf, type TakenRun, takeOver } from './open.js';
export { type AnyRunResult, runResult } from './run-result.js';
export type { AtomStatus, RunStatus } from './run-state.js';
export { shownBeside, shownFailure, shownResult } from './shown.js';
export type { RunStatistics } from './statistics.js';
export { anySecrets, storedSecrets } from './stored-secrets.js';
