import {
  type App,
  CONDUCTED,
  type ConductedApp,
  checkedStop,
  DRAIN_MS,
  type JobSource,
  jobsOf,
  type StopOptions,
  useBoard,
} from '../app/index.js';
import type { AnyFlow } from '../authoring/index.js';
import type { BoardSession } from '../boards/index.js';
import { atMost, Pause } from '../model/clock.js';
import { isFlowproofError } from '../model/errors.js';
import { type Failure, toFailure } from '../model/failure.js';
import { inWords } from '../model/in-words.js';
import { Backoff } from './backoff.js';
import { Claims } from './claims.js';
import type { ConductorState } from './conductor-state.js';
import { type CheckedOptions, type ConductorOptions, checkedOptions } from './options.js';
import { thisProcess } from './who.js';

/** So often a board is asked for jobs that it gave no hint of. */
const POLL_MS = 1_000;
/** So many jobs are claimed at once. */
const MOST_AT_ONCE = 100;
/** No board takes a shorter lease. */
const SHORTEST_LEASE_MS = 1_000;
/** So long the board has for what is said to it at the end. */
const LEAVING_MS = 5_000;

/** Claims jobs from a board, or posted runs from the store, and drives them in an app. Made by {@link conductor}. */
export interface Conductor {
  /**
   * Begins to claim; from then on it keeps the process alive. Resolves when it claims; while the board or the store is out of reach it
   * goes on trying, which {@link Conductor.state} says.
   *
   * @throws BoardError, PersistenceError, TaskSetMismatchError for what waiting does not help; it is stopped then
   */
  start(): Promise<void>;
  /** What it does now. */
  state(): ConductorState;
  /**
   * Claims nothing more, lets go of what it has, and leaves the board: other conductors go on at once. The app goes on. With
   * `mode: 'drain'` the runs that it drives end first. Ends at most some seconds after the time that it is given.
   */
  stop(options?: StopOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a conductor: it claims what `post` left to whoever is free, of the flows that the app has, and drives it. Of any number of
 * conductors one has a run at a time; when it dies, another one goes on with it. Without a board it claims from the store of the app,
 * and takes up, whatever the app's `recover` says, what the dead have left there.
 *
 * @throws TypeError for an option that makes no sense
 *
 * @example
 * ```ts
 * import { conductor, file, flowproof, linear } from 'flowproof';
 *
 * const order = linear('order').input<{ item: string }>().build();
 * const app = flowproof({ persistence: file('.flowproof'), flows: [order] });
 * const orders = conductor(app, { concurrency: 8 });
 * await orders.start();
 * process.once('SIGTERM', () => orders.stop().then(() => app.stop()));
 * ```
 */
export function conductor<Flows extends readonly AnyFlow[]>(app: App<Flows>, options: ConductorOptions<Flows> = {}): Conductor {
  const conducted = (app as Partial<{ readonly [CONDUCTED]: ConductedApp }>)[CONDUCTED];
  if (conducted === undefined) throw new TypeError(`conductor(app) is given ${inWords(app)}: it must be an app, as flowproof(…) makes it`);
  return new BoardConductor(conducted, checkedOptions(conducted.flows, conducted.board, options));
}

class BoardConductor implements Conductor {
  readonly #app: ConductedApp;
  readonly #options: CheckedOptions;
  readonly #source: JobSource;
  readonly #claims: Claims;
  readonly #pause: Pause;
  readonly #backoff = new Backoff(200, 10_000);
  readonly #storeBackoff = new Backoff(1_000, 30_000);
  #status: ConductorState['status'] = 'idle';
  #failure: Failure | undefined;
  #session: BoardSession | undefined;
  #storeAwayUntilMs = Number.NEGATIVE_INFINITY;
  #started: Promise<void> | undefined;
  #resolveStarted: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #release: () => Promise<void> = async () => undefined;
  #isStopping = false;
  #stopping: Promise<void> | undefined;

  constructor(app: ConductedApp, options: CheckedOptions) {
    this.#app = app;
    this.#options = options;
    const { board } = options;
    this.#source = board === undefined ? app.store : jobsOf(board, ({ job }) => app.drive(job));
    this.#pause = new Pause(app.clock);
    this.#claims = new Claims({
      app,
      source: this.#source,
      onRoom: () => this.#pause.wake(),
      onStore: () => this.#storeAnswers(),
      onStoreAway: (error) => this.#storeIsAway(error),
      onAppStopped: () => void this.stop(),
    });
  }

  state(): ConductorState {
    const { flows, concurrency } = this.#options;
    return {
      status: this.#status,
      isReady: this.#status === 'ready',
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      board: this.#source.name,
      flows,
      concurrency,
      jobs: this.#claims.list(),
      counts: this.#claims.counts,
    };
  }

  start(): Promise<void> {
    if (this.#isStopping) return Promise.reject(new TypeError('this conductor was stopped: make another one'));
    this.#started ??= new Promise((resolve, reject) => {
      this.#resolveStarted = resolve;
      this.#become('starting');
      this.#running = this.#run().catch((error: unknown) => {
        this.#failure = toFailure(error);
        reject(error);
        void this.stop();
      });
    });
    return this.#started;
  }

  async stop(options?: StopOptions): Promise<void> {
    const { mode, graceMs } = checkedStop(options);
    this.#isStopping = true;
    if (this.#stopping === undefined) this.#become('stopping');
    this.#pause.wake();
    if (mode === 'drain') await atMost(this.#app.clock, graceMs ?? DRAIN_MS, this.#claims.settled());
    this.#stopping ??= this.#stop(mode === 'drain' ? this.#app.graceMs : (graceMs ?? this.#app.graceMs));
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Every wait here has a bound: a board or a store that gives no answer keeps no process from ending. */
  async #stop(graceMs: number): Promise<void> {
    const { clock } = this.#app;
    this.#claims.stop(graceMs);
    const allowedMs = graceMs + LEAVING_MS;
    await atMost(clock, allowedMs, this.#claims.settled());
    this.#claims.leave();
    await atMost(clock, LEAVING_MS, Promise.all([this.#running, this.#session?.leave()]));
    await atMost(clock, LEAVING_MS, this.#release());
    this.#resolveStarted();
    this.#become('stopped');
  }

  async #run(): Promise<void> {
    const { board } = this.#options;
    if (board !== undefined) this.#release = useBoard(board);
    const off = this.#source.watch(() => this.#pause.wake());
    try {
      while (!this.#isStopping) {
        try {
          const session = await this.#join();
          await this.#claimAll(session);
          if (!this.#isStopping) await this.#wait(session.lost.reason);
        } catch (error) {
          if (this.#status === 'starting' && !passes(error)) throw error;
          await this.#wait(error);
        }
      }
    } finally {
      off();
    }
  }

  async #join(): Promise<BoardSession> {
    const { flows } = this.#options;
    await this.#app.open();
    await this.#source.open();
    const leaseMs = Math.max(SHORTEST_LEASE_MS, this.#app.leaseMs);
    const session = await this.#source.join({ who: thisProcess(), leaseMs, flows });
    // One listener for all claims: a signal that has many warns.
    const onLost = (): void => {
      this.#claims.lost(session);
      this.#pause.wake();
    };
    session.lost.addEventListener('abort', onLost, { once: true });
    this.#session = session;
    // The conductor waited for it no longer.
    if (this.#stopping !== undefined) await session.leave();
    return session;
  }

  /** Until the session is lost, or the conductor stops. @throws BoardError */
  async #claimAll(session: BoardSession): Promise<void> {
    while (!this.#isStopping && !session.lost.aborted) {
      const mayBeMore = await this.#claim(session);
      if (!mayBeMore) await this.#pause.for(POLL_MS);
    }
  }

  /** @returns whether there may be more to be claimed at once */
  async #claim(session: BoardSession): Promise<boolean> {
    const { flows, concurrency, maxLosses } = this.#options;
    const limit = Math.min(concurrency - this.#claims.size, MOST_AT_ONCE);
    if (limit <= 0 || this.#app.clock.monotonicMs() < this.#storeAwayUntilMs) return false;
    try {
      // With its last loss a run may still go back by itself: the task that killed its engines is interrupted then.
      const claimed = await session.claim({ flows, limit, maxLosses: maxLosses + 1 });
      this.#backoff.reset();
      if (this.#storeAwayUntilMs === Number.NEGATIVE_INFINITY) this.#become('ready');
      // What comes after the conductor was stopped goes back with its session.
      if (!this.#isStopping) for (const claim of claimed) this.#claims.add(session, claim);
      return claimed.length === limit;
    } catch (error) {
      if (!session.lost.aborted) await this.#wait(error);
      return true;
    }
  }

  async #wait(error: unknown): Promise<void> {
    this.#become('waiting', error);
    await this.#pause.for(this.#backoff.next());
  }

  #storeIsAway(error: unknown): void {
    this.#storeAwayUntilMs = this.#app.clock.monotonicMs() + this.#storeBackoff.next();
    this.#become('waiting', error);
  }

  #storeAnswers(): void {
    this.#storeBackoff.reset();
    this.#storeAwayUntilMs = Number.NEGATIVE_INFINITY;
    this.#pause.wake();
  }

  #become(status: 'starting' | 'ready' | 'waiting' | 'stopping' | 'stopped', error?: unknown): void {
    if (this.#isStopping && status !== 'stopping' && status !== 'stopped') return;
    const isNew = this.#status !== status;
    this.#status = status;
    if (status === 'ready') this.#resolveStarted();
    if (error !== undefined) this.#failure = toFailure(error);
    else if (status === 'ready') this.#failure = undefined;
    if (!isNew || status === 'starting') return;
    const { app, failure } = { app: this.#app, failure: this.#failure };
    app.emit({
      ...{ type: 'conductor', runId: undefined, flow: undefined },
      atMs: app.clock.nowMs(),
      board: this.#source.name,
      status,
      ...(status === 'waiting' && failure !== undefined ? { failure } : {}),
    });
  }
}

/** Whether it is worth waiting for. */
function passes(error: unknown): boolean {
  return isFlowproofError(error, 'BOARD_UNREACHABLE') || isFlowproofError(error, 'STORE_UNREACHABLE');
}
