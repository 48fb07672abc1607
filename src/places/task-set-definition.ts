import type { Resolve, TaskDefinition } from '../authoring/index.js';
import type { Codec } from '../model/codec/codec.js';
import type { CallTelemetry } from '../model/telemetry/telemetry.js';

/** A task set without its types. */
export interface TaskSetDefinition {
  /** By which engines find the workers that have it. */
  readonly name: string;
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly services?: (() => object | Promise<object>) | undefined;
  readonly close?: ((services: object) => unknown) | undefined;
  readonly resolve?: Resolve | undefined;
  readonly codec?: Codec | undefined;
  readonly telemetry?: CallTelemetry | undefined;
}
