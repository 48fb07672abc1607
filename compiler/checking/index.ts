/** Checking: all rules over one project, without what its comments say to ignore. */
export { CHECK_CODES, type CheckOptions, check, counted } from './check.js';
export { type Checked, RepeatedCheck } from './repeated-check.js';
