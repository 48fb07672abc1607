/** Compilation: a flow becomes a checked, frozen graph. Pure: nothing runs, nothing is written. */

export { bind } from './bind/bind.js';
export type { BoundAtom, BoundFlow } from './bind/bound-flow.js';
export type { Order } from './bind/cycles.js';
export type { RootScope, Scope } from './bind/scope.js';
export { type Semantics, STANDARD } from './bind/semantics.js';
export { targeted } from './bind/target.js';
export { linesOf, signed } from './draw/boxes.js';
export { type DotOptions, dot } from './draw/dot.js';
export {
  type Arrow,
  type Box,
  type Drawing,
  drawingOf,
  type FlowBox,
  type LeafBox,
  type Mark,
  textOn,
  waitLabel,
  withoutImplied,
} from './draw/drawing.js';
export { mermaid } from './draw/mermaid.js';
export { toDot, toMermaid } from './draw/render.js';
export { compile } from './graph/compile.js';
export type {
  CompiledAtom,
  CompiledDecider,
  CompiledFlow,
  CompiledRetry,
  CompiledTask,
  CompiledWait,
  ExecutionGraph,
  OptionalPart,
} from './graph/compiled-flow.js';
export { graphOf } from './graph/execution-graph.js';
export { type DescribedFlow, describe, RETRY_NAME, type ShapeOrigin } from './shape/describe.js';
export type {
  FlowNodeShape,
  FlowShape,
  LinkShape,
  NodeShape,
  PortShape,
  RetryNodeShape,
  TaskNodeShape,
  TuningShape,
  UnknownNodeShape,
  WaitShape,
} from './shape/flow-shape.js';
export { pathsOf } from './shape/node-places.js';
export type { Found, SelectSource, Source } from './shape/source.js';
export { type Difference, differencesOf } from './stored/differences.js';
export { manifestOf } from './stored/manifest.js';
export { mayBeAbsent, type StoredValues, whyMissing } from './stored/missing-value.js';
export { decidersIn, type StoredDecider } from './stored/stored-deciders.js';
export { type StoredAtom, type StoredFlow, storedFlow } from './stored/stored-flow.js';
export { isSameSource, leavesOf, type StoredLeaf, type StoredSource, storedSource } from './stored/stored-source.js';
