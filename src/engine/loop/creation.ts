import type { CompiledFlow } from '../../compilation/index.js';
import { timeAfter } from '../../model/clock.js';
import type { Json } from '../../model/json.js';
import type { CreateRunParams, Firing, Metadata, RunCreation } from '../../persistence/index.js';

export interface NewRun {
  /** The run's own id. Default: a new one. */
  readonly runId?: string;
  /** The user's id; absent: the run's own. */
  readonly key: string | undefined;
  /** Encoded, by name. */
  readonly inputs: { readonly [name: string]: Json };
  /** Encoded; of the factory that made the flow. */
  readonly args?: Json;
  readonly inputsHash: string;
  /** By which value it is counted, if its flow has limits. */
  readonly limitKey?: string;
  /** The group that it belongs to, and what lists can find it by. */
  readonly logbook?: string;
  readonly metadata?: Metadata;
  /** How long it may take from now on, in milliseconds, instead of what its flow says; `Infinity`: as long as it likes. */
  readonly deadlineMs?: number | undefined;
  /** Which trace it belongs to; absent: the telemetry of the app says so. */
  readonly trace?: string | undefined;
  /** The process that will run it; `null`: it is only prepared, for whoever runs it. */
  readonly owner: string | null;
  /** Without an owner: it is left to whoever is free, from when it is due. */
  readonly posted?: PostOrder;
  /** It begins only if this schedule fires with it. */
  readonly firing?: Firing;
}

/** When a posted run is begun, and before which others. */
export interface PostOrder {
  /** From -100 to 100; the highest first. Default: 0. */
  readonly priority?: number;
  /** Not before so many milliseconds have passed, by the clock of the store. Default: 0. */
  readonly delayMs?: number;
  /** In the place of `delayMs`: not before this moment, in milliseconds since 1970. */
  readonly atMs?: number;
}

/** What the first entry of a run says of it. */
export function creationOf(
  flow: CompiledFlow,
  key: string,
  { inputs, args, inputsHash, trace, deadlineMs = flow.deadlineMs }: NewRun,
): RunCreation {
  const { name, version, fingerprint } = flow;
  return {
    ...{ key, flow: name, version, fingerprint, inputs, ...(args === undefined ? {} : { args }), inputsHash },
    ...(deadlineMs === undefined || deadlineMs === Number.POSITIVE_INFINITY ? {} : { deadlineMs: timeAfter(0, deadlineMs) }),
    ...(trace === undefined ? {} : { trace }),
  };
}

/** From when it may be begun, and before which others. */
export function placeOf({ priority = 0, delayMs = 0, atMs }: PostOrder): Pick<CreateRunParams, 'wakeAtMs' | 'delayMs' | 'priority'> {
  return { priority, ...(atMs === undefined ? { delayMs } : { wakeAtMs: atMs }) };
}
