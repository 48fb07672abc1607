export { builders } from './builder/builders.js';
export type { BatchDemands, BatchNeeds, BatchOutputs, Loosened, ProviderOf } from './builder/check-graph.js';
export type { BranchDemands, BranchNeeds, BranchOutputs } from './builder/choice.js';
export type { DynamicFlow, DynamicGraph, DynamicHistory, DynamicNodes, DynamicOptions, StorableRecord } from './builder/dynamic-builder.js';
export type { Factories, GraphFactory, LinearFactory, UnorderedFactory } from './builder/factories.js';
export type { FlowEnd, GraphTarget, Returned } from './builder/flow-end.js';
export type { GraphBuilder } from './builder/graph-builder.js';
export type { AfterDeciders, AfterTarget } from './builder/graph-links.js';
export type { LinearBuilder } from './builder/linear-builder.js';
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
} from './builder/stages.js';
export type { GraphState, LinearState, UnorderedState } from './builder/states.js';
export type { UnorderedBuilder } from './builder/unordered-builder.js';
export type { ModeFor } from './definition/check-inputs.js';
export type { AnyClass, CheckTask, FoundInClass, InstanceOf } from './definition/check-task.js';
export type { Composable } from './definition/composable.js';
export type { AnyDefinedTask, DefinedTask } from './definition/defined-task.js';
export type {
  AnyDecider,
  BackoffDefinition,
  ChoiceDefinition,
  CustomRetryDefinition,
  Depth,
  FlowDefinition,
  InputDefinition,
  LinkDefinition,
  NodeDefinition,
  NotANode,
  OnInterrupted,
  Pattern,
  Placement,
  Port,
  RetryDefinition,
  StockRetry,
  TaskCode,
  TaskDefinition,
  TimesDefinition,
  Tuning,
  WaitDefinition,
} from './definition/definition.js';
export type {
  AnyFlow,
  CompiledView,
  DemandsOf,
  Flow,
  HearsSignals,
  NeedsResolve,
  NoService,
  ParsesInput,
  Provides,
  Requires,
  ServicesIn,
  ServicesOf,
  SignalsOf,
} from './definition/flow.js';
export type { FlowOptions } from './definition/flow-options.js';
export { type FlowTools, flowDefinitionOf } from './definition/flow-value.js';
export type { Hooks } from './definition/hooks.js';
export type {
  ConcurrencyLimit,
  LimitKeyValue,
  RateLimit,
  TaskConcurrency,
  TaskLimiting,
  TaskLimitKey,
  TaskRate,
} from './definition/limits.js';
export type {
  AnyNode,
  AnyTask,
  Declared,
  Demands,
  Gives,
  InputsOf,
  LiteralName,
  Needs,
  ResultsOf,
  TaskClass,
  WithRevert,
} from './definition/node-types.js';
export type { Outcome, OutcomeOf } from './definition/outcome.js';
export type { TaskContext } from './definition/task-context.js';
export { taskDefinitionOf } from './definition/task-metadata.js';
export type { Use } from './definition/used-node.js';
export type { AddOptions, PlacedNeeds, PlacedOutputs, RenameOptions, Tolerated } from './placement/add-options.js';
export type { Mode } from './placement/check-add.js';
export type { NamedFlow } from './placement/check-factory.js';
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
} from './placement/factory.js';
export { hintFor } from './placement/placement.js';
export type { AnyRetry, RetryPolicy, TimesRetry } from './placement/retry-policy.js';
export { type TaskTuning, tunedBy } from './placement/tuning.js';
export { use } from './placement/use.js';
export type { CheckRetryClass, FoundInRetry } from './retry/check-custom-retry.js';
export type { Tried } from './retry/check-retry.js';
export type { CustomRetry, DelayedRetry, RetryAnswer, RetryClass, RetryDemands, RetryGives, RetryNeeds } from './retry/custom-retry.js';
export { defineRetry } from './retry/define-retry.js';
export type { Attempt, ErrorClass, History } from './retry/history.js';
export {
  alwaysRevert,
  alwaysRevertAll,
  forEach,
  forEachOf,
  type ItemOf,
  times,
} from './retry/retry.js';
export type { RetryContext } from './retry/retry-context.js';
export { Retry } from './retry/retry-decorator.js';
export { retryDefinitionOf } from './retry/retry-definition.js';
export type { Backoff, RetryOptions } from './retry/retry-options.js';
export { canCall, instanceOf } from './run/instance.js';
export type {
  AppRunOptionsFor,
  AppServices,
  BuiltFlows,
  ByIdAlone,
  FlowNote,
  FlowOf,
  GivenServices,
  KnownToApp,
  Resolve,
  RootOf,
  RunIdentity,
  RunOptionsFor,
  RunResult,
  Runs,
  RunsAlone,
  RunsAloneInApp,
  RunsInApp,
  SentWith,
  SignalIn,
  Unseen,
} from './run/run-types.js';
export { defineTask } from './task/define-task.js';
export { mapTask } from './task/map-task.js';
export { reduceTask } from './task/reduce-task.js';
export { Task } from './task/task.js';
export type { TaskOptions } from './task/task-options.js';
export { sleep, sleepUntil, type WaitNode, type WaitOptions, waitFor } from './task/waits.js';
export type { Kept, KeptNames } from './words/kept.js';
export type { AnyShapeOf, Flat, Named, Names, NamesOf, OptionalKeys, ParsedValue, RawValue, RequiredKeys, ShapeOf } from './words/names.js';
export type { Register } from './words/register.js';
export type { AsResults, Outputs } from './words/results.js';
export type { FlowError, FlowMismatch, Listed, SentenceText, Shown } from './words/sentence.js';
export type { Storable } from './words/storable.js';
export type { Both, EitherOf, NamesIn, Together } from './words/unions.js';
export type { Unmet } from './words/unmet.js';
export type { Drop, DropFromAll, MayBeAbsent, Provided, Visible } from './words/visible-values.js';
