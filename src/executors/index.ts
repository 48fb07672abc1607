/** Executors: where the code of tasks runs. */
export { concurrent } from './concurrent.js';
export type { ExecutorChoice } from './executor-choice.js';
export { serial } from './serial.js';
