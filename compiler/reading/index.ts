/** Reading: what a project's source says of its flows and tasks, without running it. */
export { definitionOf } from './definition-of.js';
export { type ExecutorReading, executorsIn, exportedTasks } from './executors.js';
export type { FlowPlaces } from './flow-places.js';
export type { FlowReading } from './flow-reading.js';
export type { Gap } from './gaps.js';
export type { Library } from './library.js';
export { isAssignment, rootOf } from './loops.js';
export { isMadeUp } from './opaque.js';
export type { Assumption } from './oracle.js';
export type { Origins } from './origins.js';
export { type AppReading, type ProjectReading, readProject } from './read-project.js';
export { filesWithFlows } from './roots.js';
export { settledFlow } from './settled-flow.js';
export { functionAround, short, unwrapped, walk } from './syntax.js';
export { type TaskReading, writtenIn } from './task-reading.js';
export type { Trace } from './traces.js';
export type { Types } from './types.js';
export { Unknown } from './unknown.js';
