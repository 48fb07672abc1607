export type { AddOptions, PlacedGifts, PlacedNeeds, RenameOptions, Tolerated } from './add-options.js';
export { builders } from './builders.js';
export type { Mode } from './check-add.js';
export type { NamedFlow } from './check-factory.js';
export type { BatchDemands, BatchGifts, BatchNeeds, Loosened, ProviderOf } from './check-graph.js';
export type { ModeFor } from './check-inputs.js';
export type { CheckRetryClass, FoundInRetry } from './check-own-retry.js';
export type { Tried } from './check-retry.js';
export type { AnyClass, CheckTask, FoundInClass, InstanceOf } from './check-task.js';
export type { BranchDemands, BranchGifts, BranchNeeds } from './choice.js';
export type { Composable } from './composable.js';
export { defineRetry } from './define-retry.js';
export { defineTask } from './define-task.js';
export type { AnyDefinedTask, DefinedTask } from './defined-task.js';
export type {
  AnyDecider,
  BackoffDefinition,
  ChoiceDefinition,
  Depth,
  FlowDefinition,
  InputDefinition,
  LinkDefinition,
  NodeDefinition,
  NotANode,
  OnInterrupted,
  OwnRetryDefinition,
  Pattern,
  Placement,
  Port,
  RetryDefinition,
  StockRetry,
  TaskCode,
  TaskDefinition,
  TimesDefinition,
} from './definition.js';
export type { DynamicFlow, DynamicGraph, DynamicHistory, DynamicNodes, DynamicOptions, StorableRecord } from './dynamic-builder.js';
export type { Factories, GraphFactory, LinearFactory, UnorderedFactory } from './factories.js';
export {
  type AnyFactory,
  type FactoryDefinition,
  type FactoryOf,
  type FlowFactory,
  type FlowsOf,
  factory,
  factoryDefinitionOf,
  type Making,
  made,
  makingOf,
} from './factory.js';
export type {
  AnyFlow,
  CompiledView,
  DemandsOf,
  Flow,
  NeedsResolve,
  ParsesInput,
  Provides,
  Requires,
  ServicesIn,
  ServicesOf,
} from './flow.js';
export type { FlowEnd, GraphTarget, Returned } from './flow-end.js';
export type { FlowOptions } from './flow-options.js';
export { type FlowTools, flowDefinitionOf } from './flow-value.js';
export type { GraphBuilder } from './graph-builder.js';
export type { AfterDeciders, AfterTarget } from './graph-links.js';
export type { Attempt, ErrorClass, History } from './history.js';
export type { Hooks } from './hooks.js';
export { canCall, instanceOf } from './instance.js';
export type { Kept, KeptNames } from './kept.js';
export type { LinearBuilder } from './linear-builder.js';
export { mapTask } from './map-task.js';
export type { AnyShapeOf, Flat, Named, Names, NamesOf, OptionalKeys, ParsedValue, RawValue, RequiredKeys, ShapeOf } from './names.js';
export type { AnyNode, AnyTask, Declared, Demands, Gives, LiteralName, Needs, TaskClass, WithRevert } from './node-types.js';
export type { Outcome, OutcomeOf } from './outcome.js';
export type { DelayedRetry, OwnRetry, RetryAnswer, RetryClass, RetryDemands, RetryGives, RetryNeeds } from './own-retry.js';
export { hintFor } from './placement.js';
export { reduceTask } from './reduce-task.js';
export type { Register } from './register.js';
export type { AsResults, Outputs } from './results.js';
export {
  type AnyRetry,
  alwaysRevert,
  alwaysRevertAll,
  forEach,
  forEachOf,
  type ItemOf,
  type RetryPolicy,
  type TimesRetry,
  times,
} from './retry.js';
export type { RetryContext } from './retry-context.js';
export { Retry } from './retry-decorator.js';
export type { Backoff, RetryOptions } from './retry-options.js';
export type {
  AppRunOptionsFor,
  AppServices,
  BuiltFlows,
  Resolve,
  RootOf,
  RunIdentity,
  RunOptionsFor,
  RunResult,
  Runs,
  RunsAlone,
  RunsAloneInApp,
  RunsInApp,
  Unseen,
} from './run-types.js';
export type { Drop, DropFromAll, MayBeAbsent, Provided, Visible } from './scope.js';
export type { FlowError, FlowMismatch, Shown } from './sentence.js';
export type {
  BuiltPattern,
  FlowAfterBoth,
  FlowAfterInput,
  FlowAfterRetry,
  FlowStart,
  MayHide,
  MayRetry,
  MayRetryOpen,
  MayStillRetry,
  MayStillTakeInput,
  MayTakeInput,
  OpenFlowStart,
} from './stages.js';
export type { Storable } from './storable.js';
export { Task } from './task.js';
export type { TaskContext } from './task-context.js';
export { taskDefinitionOf } from './task-metadata.js';
export type { Both, EitherOf, NamesIn, Together } from './unions.js';
export type { Unmet } from './unmet.js';
export type { UnorderedBuilder } from './unordered-builder.js';
export { use } from './use.js';
export type { Use } from './used-node.js';
