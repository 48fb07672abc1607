/** Places: where calls are made outside of the app's process or thread, in words that no carrier knows. */
export { inlineExecutor } from './inline-executor.js';
export { type PoolOptions, poolExecutor } from './pool-executor.js';
export type { FromPlace, Line, PlacePort, ToPlace } from './protocol.js';
export { differencesOfTask, manifestOfTask, type TaskManifest } from './task-manifest.js';
export { DEFAULT_NAME, type OffersOf, type TaskSet, type TaskSetOptions, taskSet } from './task-set.js';
