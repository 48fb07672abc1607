import type { Resolve, TaskDefinition } from '../authoring/index.js';
import type { Codec } from '../model/codec/codec.js';

/** A task set without its types. */
export interface TaskSetDefinition {
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly services?: (() => object | Promise<object>) | undefined;
  readonly close?: ((services: object) => unknown) | undefined;
  readonly resolve?: Resolve | undefined;
  readonly codec?: Codec | undefined;
}
