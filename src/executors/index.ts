/** Executors: where the code of tasks runs. */
export { type ConcurrentOptions, concurrent } from './concurrent.js';
export type { PlacesOptions } from './places-options.js';
export { processes } from './processes.js';
export { serial } from './serial.js';
export { threads } from './threads.js';
