/** Executors: where the code of tasks runs. */
export { type ConcurrentOptions, concurrent } from './concurrent.js';
export { serial } from './serial.js';
