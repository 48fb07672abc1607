import { type App, type AppOptions, flowproof, type StopOptions, type UnderTest } from '../app/index.js';
import type { AnyFlow, AppServices, BuiltFlows, Flow, FlowsOf, Unseen } from '../authoring/index.js';
import type { ExecutorChoice } from '../calls/index.js';
import type { FlowEvent } from '../engine/index.js';
import { serial } from '../executors/index.js';
import { systemClock } from '../model/clock.js';
import type { AtomState } from '../model/states.js';
import { memory, type Persistence } from '../persistence/index.js';
import { Pace } from './pace.js';
import type { Stub } from './stub.js';
import { StubbedFlows } from './stubbed-flows.js';
import { VirtualClock } from './virtual-clock.js';
import { type WaitUntilOptions, waitUntil } from './wait-until.js';
import { watchedStore } from './watched-store.js';

/** What an app of a test is made of: the options of an app, all of which but `flows` and what these need may be left out. */
export type TestAppOptions<Flows extends readonly unknown[], Given, Stubs extends readonly Stub<unknown>[]> = AppServices<
  readonly Excused<FlowsOf<Flows>[number], ServicesExcusedBy<Stubs>>[],
  Given
> &
  Omit<AppOptions<readonly [], Unseen>, 'services' | 'resolve' | 'flows' | 'persistence' | 'clock' | 'recover' | 'executors'> & {
    readonly flows: BuiltFlows<Flows>;
    /** Default: `memory()`, with the clock of the app. */
    readonly persistence?: Persistence;
    /** Functions in the places of tasks: {@link stub}. What the stubs of a whole task would read need not be among the `services`. */
    readonly stubs?: Stubs;
    /**
     * Whether time that all runs wait for is skipped while somebody waits for a run: in `run`, `runOrThrow`, `resume`, `rerun`,
     * `result()` of a handle and `waitUntil`. Default: `true`. Otherwise only `clock.advance` moves it.
     */
    readonly skipTime?: boolean;
    /**
     * As of an app: time is not skipped while one of them calls a task. A task that names none of these is called by
     * `executor`, so that most tests need none. Default: none.
     */
    readonly executors?: Readonly<Record<string, ExecutorChoice<unknown>>>;
    /** As of an app. Default: `false`: it takes up nothing that others have left, and what it runs sleeps here, where time can be skipped. */
    readonly recover?: boolean;
    /** Several apps may have the same one. Default: one that stands at the present time. */
    readonly clock?: VirtualClock;
  };

type ServicesExcusedBy<Stubs extends readonly Stub<unknown>[]> = [Stubs[number]] extends [never]
  ? never
  : Stubs[number] extends Stub<infer Names>
    ? Names
    : never;

/** A flow to which services of these names may be given, and need not. */
type Excused<F, Names> = [Names] extends [never]
  ? F
  : F extends Flow<infer Name, infer Req, infer Prov, infer Services>
    ? Flow<Name, Req, Prov, Loosened<Services, Names>>
    : F;
type Loosened<Services, Names> = Omit<Services, Names & PropertyKey> & Partial<Pick<Services, keyof Services & Names>>;

/** An app whose time is in the hands of a test. */
export interface TestApp<Flows extends readonly AnyFlow[]> extends App<Flows> {
  /** The time of the app and its runs. It stands still, but for what is skipped. */
  readonly clock: VirtualClock;
  /** All events of the app so far, in their order. */
  readonly events: readonly FlowEvent[];
  /**
   * Resolves when a task, wait or retry of a run is, or has been since this app was made, in a state. Time is skipped meanwhile.
   *
   * @param id of the run, which may begin later
   * @param path of the task: names from the root flow, joined by `/`
   * @throws Error when that can't come any more, or not by itself: the run has ended, there is none, it waits for a signal. It
   *   says where the task and the run stand
   */
  waitUntil(id: string, path: string, state: AtomState, options?: WaitUntilOptions): Promise<void>;
  /**
   * Resolves when all that is due has been done: each run has ended, rests, or waits for a signal or a later time. Time is not
   * skipped for it. So `app.clock.advance(86_400_000)` and `await app.drain()` are the next day.
   */
  drain(): Promise<void>;
}

/**
 * Makes an app for a test. Its runs are kept in memory and its clock stands still, unless all that its runs do is wait: then the
 * time until one goes on is skipped, so that a week's sleep, a backoff or the timeout of a signal takes no time. It is an app
 * like others in all else: `persistence` may be any store, and its time is skipped, too.
 *
 * @throws FlowDefinitionError `FLOW_DEFINITION` when a flow can't run
 * @throws TypeError when a setting makes no sense, or a stub is for a task that no flow has
 *
 * @example
 * ```ts
 * import { defineTask, linear, waitFor } from 'flowproof';
 * import { testApp } from 'flowproof/testing';
 * import { expect, test } from 'vitest';
 *
 * const escalate = defineTask({ name: 'escalate', execute: async () => undefined });
 * const approval = linear('approval').add(waitFor('answer', { timeoutMs: 3 * 86_400_000 }), { optional: true }).add(escalate).build();
 *
 * test('nobody answers for three days', async () => {
 *   await using app = testApp({ flows: [approval] });
 *   const beganAtMs = app.clock.nowMs();
 *   expect(await app.run(approval)).toMatchObject({ state: 'SUCCESS', failures: [{ failure: { code: 'WAIT_TIMEOUT' } }] });
 *   expect(app.clock.nowMs() - beganAtMs).toBe(3 * 86_400_000);
 * });
 * ```
 */
export function testApp<const Flows extends readonly unknown[], Given = Unseen, const Stubs extends readonly Stub<unknown>[] = readonly []>(
  options: TestAppOptions<Flows, Given, Stubs>,
): TestApp<FlowsOf<Flows>> {
  return madeTestApp(options as unknown as UntypedTestOptions).app as unknown as TestApp<FlowsOf<Flows>>;
}

/** The options behind the types. */
interface UntypedTestOptions extends Omit<AppOptions<readonly [], Unseen>, 'flows' | 'persistence' | 'clock'> {
  readonly flows: readonly AnyFlow[];
  readonly persistence?: Persistence;
  readonly stubs?: readonly Stub<unknown>[];
  readonly skipTime?: boolean;
  readonly clock?: VirtualClock;
}

/** The app behind the types, and what moves its time. */
export function madeTestApp(given: UntypedTestOptions): { readonly app: TestApp<readonly AnyFlow[]>; readonly pace: Pace } {
  const {
    clock = new VirtualClock(systemClock.nowMs()),
    stubs = [],
    skipTime = true,
    executor = serial(),
    executors = {},
    recover = false,
    ...rest
  } = given;
  const { persistence = memory({ clock }) } = given;
  const pace = Pace.of(clock);
  const stubbed = new StubbedFlows(stubs);
  const awaiting: UnderTest['awaiting'] = (work) => pace.whileWaiting(skipTime, work);
  stubbed.demandUsed(given.flows);
  const app = flowproof({
    ...rest,
    recover,
    clock: pace.clock,
    persistence: watchedStore(persistence, pace.activity),
    executor: pace.watched(executor, stubbed),
    executors: watchedEach(executors, (choice) => pace.watched(choice, stubbed)),
    underTest: { stubbed: (flow: never) => stubbed.of(flow), awaiting },
  } as AppOptions<readonly AnyFlow[], Unseen>) as App<readonly AnyFlow[]>;
  const events: FlowEvent[] = [];
  app.on((event) => void events.push(event));
  const stop = app.stop.bind(app);
  const made = Object.assign(app, {
    clock,
    events,
    waitUntil: (id: string, path: string, state: AtomState, options: WaitUntilOptions = {}) =>
      awaiting(() => waitUntil({ id, path, state, ...options }, { app, events, pace })),
    drain: () => pace.standstill(),
    stop: (options?: StopOptions) => {
      const stopped = (): Promise<void> => pace.inRealTime(() => stop(options));
      return options?.mode === 'drain' ? awaiting(stopped) : stopped();
    },
  });
  return { app: made, pace };
}

/** What is no object of executors is refused by the app. */
function watchedEach(
  executors: Readonly<Record<string, ExecutorChoice<unknown>>>,
  watched: (choice: ExecutorChoice<unknown>) => ExecutorChoice,
): Readonly<Record<string, ExecutorChoice<unknown>>> {
  if (typeof executors !== 'object' || executors === null) return executors;
  return Object.fromEntries(Object.entries(executors).map(([name, choice]) => [name, watched(choice)]));
}
