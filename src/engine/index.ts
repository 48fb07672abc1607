/** The engine: a pure core (fold, decide) and the loop that does its input and output. */
export type { EngineEnd, EngineParts } from './engine.js';
export { Engine } from './engine.js';
export type { AtomEvent, EmittedEvent, FlowEvent, Listener, ProgressEvent, RunEvent } from './events.js';
export type { AnyOutcome, Executor, Work } from './executor.js';
export { beginRun, foldRun, type NewRun, type OpenedRun, runOf, takeOver } from './open.js';
export { type AnyRunResult, runResult } from './run-result.js';
export type { RunStatus } from './run-state.js';
