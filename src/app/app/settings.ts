import type { Resolve } from '../../authoring/index.js';
import type { Semantics } from '../../compilation/index.js';
import { AppSlots, type Listener } from '../../engine/index.js';
import { serial } from '../../executors/index.js';
import { steadyClock, systemClock } from '../../model/clock.js';
import { jsonCodec } from '../../model/codec/json-codec.js';
import { randomIds } from '../../model/ids.js';
import type { Journal } from '../../persistence/index.js';
import type { Listed } from '../registry/registry.js';
import type { RunsParts } from '../runs/runs.js';
import type { AppOptions, EngineOptions } from './app.js';
import type { Listeners } from './listeners.js';
import { checkedExecutor, checkSettings } from './setting-values.js';

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

/** What an app is made of, as far as it does not depend on its store and its flows. */
export type Settings = Omit<RunsParts, 'flows' | 'journal' | 'listening' | 'emit' | 'owner' | 'recover' | 'ids' | 'lost'> &
  Pick<UntypedOptions, 'recover'>;

/** The options, and a default for each that was not given. @throws TypeError */
export function settingsOf(options: UntypedOptions): Settings {
  const { resolve, recover, maxSteps, maxActive = DEFAULTS.maxActive } = options;
  if (!(Number.isInteger(maxActive) && maxActive > 0)) throw new TypeError(`maxActive is ${maxActive}: it must be an integer from 1`);
  checkSettings(options);
  const clock = steadyClock(options.clock ?? systemClock);
  const codec = options.codec ?? jsonCodec;
  const graceMs = options.graceMs ?? DEFAULTS.graceMs;
  const executor = checkedExecutor((options.executor ?? serial()).make({ clock, codec, graceMs }));
  return {
    clock,
    codec,
    executor,
    slots: executor.slots.limit === undefined ? undefined : new AppSlots(executor.slots.limit),
    services: options.services ?? {},
    ...(resolve === undefined ? {} : { resolve }),
    leaseMs: options.leaseMs ?? DEFAULTS.leaseMs,
    graceMs,
    storeTimeoutMs: options.storeTimeoutMs ?? DEFAULTS.storeTimeoutMs,
    durability: options.durability ?? DEFAULTS.durability,
    onFailure: options.onFailure ?? DEFAULTS.onFailure,
    snapshotAfter: options.snapshotAfter ?? DEFAULTS.snapshotAfter,
    maxActive,
    allowUnfenced: options.allowUnfenced === true,
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(recover === undefined ? {} : { recover }),
  };
}

/** What the app's runs are made with. */
export function runsParts(settings: Settings, journal: Journal, flows: RunsParts['flows'], listeners: Listeners): RunsParts {
  const { recover, ...rest } = settings;
  const { outlivesProcess, readOnly } = journal.capabilities;
  const ids = randomIds();
  return {
    ...rest,
    journal,
    ids,
    owner: ids.unique(),
    recover: (recover ?? outlivesProcess) && readOnly !== true,
    flows,
    listening: () => listeners.size > 0,
    emit: (event) => listeners.emit(event),
  };
}
