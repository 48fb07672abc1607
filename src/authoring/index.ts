export type { AddOptions } from './add-options.js';
export { defineTask } from './define-task.js';
export type { AnyDefinedTask, DefinedTask } from './defined-task.js';
export type {
  FlowDefinition,
  InputDefinition,
  NodeDefinition,
  NotANode,
  Placement,
  Port,
  RetryDefinition,
  TaskCode,
  TaskDefinition,
} from './definition.js';
export type { DynamicFlow, DynamicLinear, DynamicOptions, StorableRecord } from './dynamic-builder.js';
export type { AnyFlow, CompiledView, Flow, NeedsResolve, Provides, Requires, ServicesOf } from './flow.js';
export type { FlowOptions } from './flow-options.js';
export { flowDefinitionOf } from './flow-value.js';
export type { Kept } from './kept.js';
export { builders, type LinearFactory } from './linear.js';
export type { FlowEnd, LinearBuilder } from './linear-builder.js';
export type { LinearAfterInput, LinearAfterRetry, LinearOpenStart, LinearStart } from './linear-start.js';
export type { Names } from './names.js';
export type { AnyNode, AnyTask, TaskClass } from './node-types.js';
export type { Outcome, OutcomeOf } from './outcome.js';
export type { Register } from './register.js';
export { type RetryPolicy, times } from './retry.js';
export type { AppRunOptionsFor, AppServices, Resolve, RunOptionsFor, RunResult, RunsAlone, RunsAloneInApp, Unseen } from './run-types.js';
export type { FlowError, FlowMismatch } from './sentence.js';
export type { Storable } from './storable.js';
export { Task } from './task.js';
export type { TaskContext } from './task-context.js';
export { taskDefinitionOf } from './task-metadata.js';
