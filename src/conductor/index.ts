/** Conductors: claim jobs from a board, drive their runs in an app, and say to the board what came of them. */
export { type Conductor, conductor } from './conductor.js';
export type { ConductedJob, ConductorCounts, ConductorState } from './conductor-state.js';
export type { ConductorOptions } from './options.js';
