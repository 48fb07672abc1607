import type { Resolve } from '../../authoring/index.js';
import type { Semantics } from '../../compilation/index.js';
import type { Listener } from '../../engine/index.js';
import { serial } from '../../executors/index.js';
import { steadyClock, systemClock } from '../../model/clock.js';
import { jsonCodec } from '../../model/codec/json-codec.js';
import { randomIds } from '../../model/ids.js';
import type { Journal } from '../../persistence/index.js';
import type { Listed } from '../registry/registry.js';
import type { RunsParts } from '../runs/runs.js';
import type { AppOptions, EngineOptions } from './app.js';
import type { Listeners } from './listeners.js';
import { checkSettings } from './setting-values.js';

/** The options behind the types of {@link AppOptions}. */
export interface UntypedOptions extends EngineOptions {
  readonly persistence: AppOptions<[], {}>['persistence'];
  readonly flows: readonly Listed[];
  readonly services?: object;
  readonly resolve?: Resolve;
  readonly onEvent?: Listener;
  readonly recover?: boolean;
  readonly maxActive?: number;
  /** For the conformance suite, which brings TaskFlow's. In no public type. */
  readonly semantics?: Semantics;
}

const DEFAULTS = {
  leaseMs: 5_000,
  graceMs: 10_000,
  storeTimeoutMs: 60_000,
  durability: 'step',
  onFailure: 'revert',
  snapshotAfter: 1_000,
  maxActive: 1_000,
} as const;

/** What the app's runs are made with: the options, and a default for each that was not given. @throws TypeError */
export function runsParts(options: UntypedOptions, journal: Journal, flows: RunsParts['flows'], listeners: Listeners): RunsParts {
  const { resolve, maxSteps, maxActive = DEFAULTS.maxActive } = options;
  if (!(Number.isInteger(maxActive) && maxActive > 0)) throw new TypeError(`maxActive is ${maxActive}: it must be an integer from 1`);
  checkSettings(options);
  const ids = randomIds();
  return {
    journal,
    clock: steadyClock(options.clock ?? systemClock),
    ids,
    codec: options.codec ?? jsonCodec,
    executor: (options.executor ?? serial()).make(resolve === undefined ? {} : { resolve }),
    services: options.services ?? {},
    ...(resolve === undefined ? {} : { resolve }),
    owner: ids.unique(),
    leaseMs: options.leaseMs ?? DEFAULTS.leaseMs,
    graceMs: options.graceMs ?? DEFAULTS.graceMs,
    storeTimeoutMs: options.storeTimeoutMs ?? DEFAULTS.storeTimeoutMs,
    durability: options.durability ?? DEFAULTS.durability,
    onFailure: options.onFailure ?? DEFAULTS.onFailure,
    snapshotAfter: options.snapshotAfter ?? DEFAULTS.snapshotAfter,
    recover: (options.recover ?? journal.capabilities.outlivesProcess) && journal.capabilities.readOnly !== true,
    maxActive,
    allowUnfenced: options.allowUnfenced === true,
    flows,
    ...(maxSteps === undefined ? {} : { maxSteps }),
    listening: () => listeners.size > 0,
    emit: (event) => listeners.emit(event),
  };
}
