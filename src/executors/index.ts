/** Executors: where the code of tasks runs. */
export { inline } from './inline.js';
