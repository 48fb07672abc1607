/** Compilation: a flow becomes a checked, frozen graph. Pure: nothing runs, nothing is written. */

export { linesOf, signed } from './boxes.js';
export { type Compat, STANDARD } from './compat.js';
export { compile } from './compile.js';
export type {
  CompiledAtom,
  CompiledDecider,
  CompiledFlow,
  CompiledRetry,
  CompiledTask,
  ExecutionGraph,
  OptionalPart,
} from './compiled-flow.js';
export { type DescribedFlow, describe, RETRY_NAME, type ShapeOrigin } from './describe.js';
export { type Difference, differencesOf } from './differences.js';
export { type DotOptions, dot } from './dot.js';
export { type Arrow, type Box, type Drawing, drawingOf, type FlowBox, type LeafBox, type Mark, textOn, withoutImplied } from './drawing.js';
export { graphOf } from './execution-graph.js';
export type {
  FlowNodeShape,
  FlowShape,
  LinkShape,
  NodeShape,
  PortShape,
  RetryNodeShape,
  TaskNodeShape,
  UnknownNodeShape,
} from './flow-shape.js';
export { link } from './link.js';
export type { LinkedAtom, LinkedFlow } from './linked-flow.js';
export { manifestOf } from './manifest.js';
export { mermaid } from './mermaid.js';
export { toDot, toMermaid } from './render.js';
export type { Source } from './source.js';
export { decidersIn, type StoredDecider } from './stored-deciders.js';
export { type StoredAtom, type StoredFlow, storedFlow } from './stored-flow.js';
export { isSameSource, leavesOf, type StoredLeaf, type StoredSource, storedSource } from './stored-source.js';
export { targeted } from './target.js';
