/** The app: flows, their services and a store, and the runs of this process. */
export type { App, AppOptions, EngineOptions, ResumeOptions, RunIdOption } from './app.js';
export type { FlowEngine, RunStep } from './flow-engine.js';
export { flowproof } from './flowproof.js';
export { type OneShotOptions, run, runOrThrow } from './one-shot.js';
export type { RunHandle } from './run-handle.js';
export type { AtomView, InspectOptions, PruneQuery, RunInfo, RunsPage, RunsQuery, RunView } from './run-view.js';
