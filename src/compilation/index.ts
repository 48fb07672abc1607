/** Compilation: a flow becomes a checked, frozen graph. Pure: nothing runs, nothing is written. */
export { type Compat, STANDARD } from './compat.js';
export { compile } from './compile.js';
export type { CompiledAtom, CompiledDecider, CompiledFlow, CompiledRetry, CompiledTask, ExecutionGraph } from './compiled-flow.js';
export { graphOf } from './execution-graph.js';
export type { PortShape } from './flow-shape.js';
export { toDot, toMermaid } from './render.js';
export type { Source } from './source.js';
