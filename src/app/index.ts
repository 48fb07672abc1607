/** The app: flows, their services and a store, and the runs of this process. */
export type { App, AppOptions, EngineOptions, ResumeOptions, RunIdOption } from './app/app.js';
export { flowproof } from './app/flowproof.js';
export { type OneShotOptions, run, runOrThrow } from './app/one-shot.js';
export { APP_OPTIONS, type Operator, type OperatorParts, operatorOf } from './app/operator.js';
export type { UntypedOptions } from './app/settings.js';
export type { RequestKind } from './runs/requests.js';
export type { FlowEngine, RunStep } from './steps/flow-engine.js';
export type { RunHandle, SignalOptions } from './views/run-handle.js';
export type { AtomView, InspectOptions, PruneQuery, RunInfo, RunsPage, RunsQuery, RunView } from './views/run-view.js';
export type { Waiting } from './views/waiting.js';
