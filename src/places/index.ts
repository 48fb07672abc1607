/** Places: where calls are made outside of the app's process or thread, in words that no carrier knows. */
export { type PoolOptions, poolExecutor } from './pool-executor.js';
export type { FromPlace, Line, PlacePort, ToPlace } from './protocol.js';
export { type OffersOf, type TaskSet, type TaskSetOptions, taskSet } from './task-set.js';
