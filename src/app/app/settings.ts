import type { FlowDefinition, Resolve } from '../../authoring/index.js';
import type { JobBoard } from '../../boards/index.js';
import type { ExecutorChoice } from '../../calls/index.js';
import type { Semantics } from '../../compilation/index.js';
import type { Listener, Telemetry } from '../../engine/index.js';
import { steadyClock, systemClock } from '../../model/clock.js';
import { jsonCodec } from '../../model/codec/json-codec.js';
import { randomIds } from '../../model/ids.js';
import type { Journal } from '../../persistence/index.js';
import { AppSlotDesk } from '../driving/slot-desk.js';
import type { Listed } from '../registry/registry.js';
import type { RunsParts } from '../runs/runs.js';
import type { EngineOptions } from './app.js';
import type { AppOptions } from './app-options.js';
import { executorSettings } from './executor-settings.js';
import type { Listeners } from './listeners.js';
import { checkedTelemetry, checkSettings } from './setting-values.js';

/** The options behind the types of {@link AppOptions}. */
export interface UntypedOptions extends EngineOptions {
  readonly persistence: AppOptions<[], {}>['persistence'];
  readonly flows: readonly Listed[];
  readonly services?: object;
  readonly resolve?: Resolve;
  readonly onEvent?: Listener;
  readonly telemetry?: Telemetry;
  readonly recover?: boolean;
  readonly maxActive?: number;
  /** What `runsOn` names. */
  readonly executors?: Readonly<Record<string, ExecutorChoice<unknown>>>;
  /** Tasks that name an executor which the app does not have are called by its own: for a run without an app, and in tests. In no public type. */
  readonly runsAnywhere?: boolean;
  readonly board?: JobBoard;
  readonly schedules?: readonly unknown[];
  /** For the conformance suite, which brings TaskFlow's. In no public type. */
  readonly semantics?: Semantics;
  /** For the testing kit. In no public type. */
  readonly underTest?: UnderTest;
}

/** How an app of a test differs from others. */
export interface UnderTest {
  /** The flow as this app runs it: with stubs in the places of tasks. The same one for the same flow. */
  stubbed(flow: FlowDefinition): FlowDefinition;
  /** Around all that a caller waits for that may take as long as a run. */
  awaiting<Result>(work: () => Promise<Result>): Promise<Result>;
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
export type Settings = Omit<RunsParts, 'flows' | 'journal' | 'listening' | 'emit' | 'owner' | 'recover' | 'asleepOnly' | 'ids' | 'lost'> &
  Pick<UntypedOptions, 'recover'>;

/** The options, and a default for each that was not given. @throws TypeError */
export function settingsOf(options: UntypedOptions): Settings {
  const { resolve, recover, maxSteps, maxActive = DEFAULTS.maxActive } = options;
  if (!(Number.isInteger(maxActive) && maxActive > 0)) throw new TypeError(`maxActive is ${maxActive}: it must be an integer from 1`);
  checkSettings(options);
  const clock = steadyClock(options.clock ?? systemClock);
  const codec = options.codec ?? jsonCodec;
  const graceMs = options.graceMs ?? DEFAULTS.graceMs;
  return {
    clock,
    codec,
    ...executorSettings(options, { clock, codec, graceMs }),
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
    ...(options.telemetry === undefined ? {} : { telemetry: checkedTelemetry(options.telemetry) }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(recover === undefined ? {} : { recover }),
  };
}

/** What the app's runs are made with. */
export function runsParts(settings: Settings, journal: Journal, flows: RunsParts['flows'], listeners: Listeners): RunsParts {
  const { recover, ...rest } = settings;
  const { outlivesProcess, readOnly } = journal.capabilities;
  const ids = randomIds();
  const owner = ids.unique();
  return {
    ...rest,
    journal,
    ids,
    owner,
    ...(journal.slots === undefined ? {} : { slotDesk: new AppSlotDesk({ journal, clock: settings.clock, owner }) }),
    recover: recover !== false && readOnly !== true,
    // What an app has left in its own memory is none of the next one's business; what sleeps there has to be woken.
    asleepOnly: recover === undefined && !outlivesProcess,
    flows,
    listening: (run) => listeners.hears(run),
    emit: (event) => listeners.emit(event),
  };
}
