/**
 * The one file that knows where TypeScript's API comes from. TypeScript 7 has none, so ts-morph brings its own compiler
 * (6.0): what it reads may have been written for 7.
 */
export { FileSystemRefreshResult, Project, ts } from 'ts-morph';
