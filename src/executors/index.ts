/** Executors: where the code of tasks runs. */
export { concurrent } from './concurrent.js';
export { serial } from './serial.js';
