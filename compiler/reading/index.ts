/** Reading: what a project's source says of its flows and tasks, without running it. */

export { type PlacesReading, placesIn } from './flows/executors.js';
export type { FlowPlaces } from './flows/flow-places.js';
export type { FlowReading } from './flows/flow-reading.js';
export { loadedReading } from './flows/loaded-reading.js';
export { filesWithFlows } from './flows/roots.js';
export { type TaskReading, writtenIn } from './flows/task-reading.js';
export { type TaskSetReading, taskSetOf } from './flows/task-sets.js';
export type { Gap } from './ground/gaps.js';
export type { Library } from './ground/library.js';
export type { Assumption } from './ground/oracle.js';
export type { Origins } from './ground/origins.js';
export { functionAround, parametersOf, short, unwrapped, walk, walkOwn } from './ground/syntax.js';
export { changedIn, rootOf } from './ground/targets.js';
export type { AppReading, FactoryReading, Listed, Trace } from './ground/traces.js';
export type { Types } from './ground/types.js';
export { Unknown } from './ground/unknown.js';
export { basesOf } from './interpret/class-methods.js';
export { definitionOf } from './library/definition-of.js';
export { hasMadeUp, isMadeUp } from './library/made-up-names.js';
export { type ProjectReading, readProject } from './project/read-project.js';
export { type Reread, type Unit, Units } from './project/units.js';
