import type { CustomRetryDefinition, Port, Resolve, TaskDefinition } from '../authoring/index.js';
import type { CompiledDecider } from '../compilation/index.js';
import type { Codec } from '../model/codec/codec.js';
import type { TaskRequest } from './request.js';

/** The code that requests are about, and what lives beside it: all that a place must have to make calls. */
export interface CallRegistry {
  readonly codec: Codec;
  readonly services: object;
  readonly resolve?: Resolve | undefined;
  task(request: Pick<TaskRequest, 'atom' | 'task' | 'version'>): TaskTarget;
  /** What has this place in the flow of the request. */
  retry(atom: number): RetryTarget;
  decider(index: number): CompiledDecider;
  wait(atom: number): WaitTarget;
}

/** A task, as it stands in its flow. */
export interface TaskTarget {
  readonly task: TaskDefinition;
  /** What execute must return. */
  readonly outputs: readonly Port[];
}

export interface RetryTarget {
  readonly retry: CustomRetryDefinition;
  /** What its execute must return. */
  readonly outputs: readonly Port[];
}

export interface WaitTarget {
  /** What its signal gives. */
  readonly outputs: readonly Port[];
}
