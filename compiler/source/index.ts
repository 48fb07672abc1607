/** Source: projects as TypeScript reads them. No other room knows where its API comes from. */
export { emittedFiles } from './emitted-files.js';
export { type Concerned, ImportGraph } from './import-graph.js';
export { specifiersIn } from './imports.js';
export { defaultExportOf } from './literal.js';
export { isLineComment, placeOf } from './node-place.js';
export { openProject, type SourceProject } from './project.js';
export { syntaxErrorsIn } from './syntax-errors.js';
export { UnreadableProjectError } from './tsconfigs.js';
export { ts } from './typescript.js';
