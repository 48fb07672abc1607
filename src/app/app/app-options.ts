import type { AppServices, BuiltFlows, FlowsOf } from '../../authoring/index.js';
import type { JobBoard } from '../../boards/index.js';
import type { ExecutorChoice, OfferedBy } from '../../calls/index.js';
import type { Listener, Telemetry } from '../../engine/index.js';
import type { Persistence } from '../../persistence/index.js';
import type { Schedule } from '../../schedules/index.js';
import type { EngineOptions } from './app.js';

/** What an app is made of. Services and `resolve` are demanded by the flows: see {@link AppServices}. */
export type AppOptions<Flows extends readonly unknown[], Given, Own = unknown, Named = {}> = AppServices<
  FlowsOf<Flows>,
  Given,
  OfferedBy<Own | Named[keyof Named]>
> &
  AppSettings<Flows, Own, Named>;

/** What an app is made of beside its services, and what makes the instances of classes. */
export type AppSettings<Flows extends readonly unknown[], Own = unknown, Named = {}> = {
  /** Where runs are kept: `memory()`, `file(…)`, `postgres(…)`. */
  readonly persistence: Persistence;
  /** The flows that this app can run and resume; factories, for flows that are made from data. */
  readonly flows: BuiltFlows<Flows>;
  /** Called with every event, after it is durable; what it throws is ignored. */
  readonly onEvent?: Listener;
  /**
   * Traces runs and measures them: `openTelemetry()` of `flowproof/opentelemetry`. What it throws is ignored. Default: none, which costs
   * nothing.
   */
  readonly telemetry?: Telemetry;
  /**
   * Whether the app takes up by itself what dead or stopped processes left RUNNING of its flows, what sleeps and is due, and what rests and
   * was asked to go on; without it, the app keeps the runs that it drives while they wait. It begins with `ready`, or the
   * first `run`, `start`, `resume`, `rerun`, `resumeAll` or `post` to the store; reading, and asking a run for something, begin nothing. It never
   * takes what a living process has. Default: `true` where runs outlive the process; with `memory()` only what
   * sleeps; never where the store is only read.
   */
  readonly recover?: boolean;
  /** How many runs the app drives or opens at most before it takes up no more; what you run yourself is not held back. Default: 1,000. */
  readonly maxActive?: number;
  /** Where `post` offers runs, and conductors claim them; closed with the last app or conductor that uses it. Default: the store itself. */
  readonly board?: JobBoard;
  /**
   * Runs that begin by the clock: {@link schedule}, of flows of this app. They are fired, whatever `recover` says, from `ready` or the first `run`, `start`,
   * `resume`, `rerun` or `resumeAll` on, which throw `SCHEDULE_CONFLICT` when the store has another one of the same name and version.
   */
  readonly schedules?: readonly Schedule[];
  /** Where tasks run that name no other executor, and how many at once: `serial()`, or `concurrent({ perRun, limit })`. Default: `serial()`. */
  readonly executor?: Own & ExecutorChoice<unknown>;
  /**
   * Executors that tasks name by `runsOn`, such as `{ cpu: threads<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url)) }`.
   * Each has slots of its own. Services that such a task set brings need not be given here, also where a task that names no
   * executor reads one of that name.
   */
  readonly executors?: Named & Readonly<Record<string, ExecutorChoice<unknown>>>;
} & Omit<EngineOptions, 'executor'>;
