/** Stores: the runs of a database or of a folder of `file(…)`, by its address alone. Knows no compiler. */
export { addressOf, databaseAt, folderAt, isDatabase, isFileStore, type ReadStore } from './stores.js';
