/** Reading: what a project's source says of its flows and tasks, without running it. */
export type { FlowPlaces } from './flow-places.js';
export type { FlowReading } from './flow-reading.js';
export type { Gap } from './gaps.js';
export type { Library } from './library.js';
export { isAssignment, rootOf } from './loops.js';
export type { Assumption } from './oracle.js';
export type { Origins } from './origins.js';
export { type AppReading, type ProjectReading, readProject } from './read-project.js';
export { functionAround, short, unwrapped, walk } from './syntax.js';
export { type TaskReading, writtenIn } from './task-reading.js';
export type { Trace } from './traces.js';
export type { Types } from './types.js';
export { type Reread, type Unit, Units } from './units.js';
export { Unknown } from './unknown.js';
