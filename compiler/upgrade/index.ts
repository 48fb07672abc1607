/** Upgrade: what this code would do to the runs of before: of another revision, of a manifest file, of a database. */
export { comparedWith, flowsBefore, isStore } from './compared-with.js';
export { UPGRADE_CODES } from './findings.js';
export { manifestsAt, NoSuchRevisionError } from './revision.js';
