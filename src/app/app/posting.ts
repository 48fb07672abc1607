import type { AnyFlow, AppRunOptionsFor, RunsAloneInApp, RunsInApp } from '../../authoring/index.js';
import type { JobBoard, JobCounts, JobInfo, JobsPage, JobsQuery, Paused } from '../../boards/index.js';
import type { RunHandle } from '../views/run-handle.js';
import type { NewRunOptions } from './run-options.js';

/**
 * How a run is left to whoever is free. Its `deadlineMs` counts from now on in the store, where it is created, and on a board from when a
 * conductor begins it; there it is finite.
 */
export interface PostOptions extends NewRunOptions {
  /** From -100 to 100; the highest is begun first, and of equals the one that has waited for the longest. Default: 0. */
  readonly priority?: number;
  /** Not to be begun before so many milliseconds have passed. Default: 0. */
  readonly delayMs?: number;
  /** Not to be begun before this moment; give either this or `delayMs`. */
  readonly at?: Date;
  /**
   * A transaction in the database of the store, as Kysely or `pg` hands it out, of the default isolation: the run is there when that is
   * committed, and never if it is rolled back. Until then its handle finds nothing. What `post` rejects with, ends the transaction, too.
   */
  readonly transaction?: unknown;
  /** Where it is offered. Default: the board of the app, and where it has none, its store. */
  readonly board?: JobBoard;
}

/** Which jobs are to be requeued. */
export type RequeueQuery = Pick<JobsQuery, 'flow' | 'limit'>;

/** The board of an app, for operators. */
export interface AppBoard {
  /** Jobs, a page at a time: of a board in the order of their ids; of the store the newest runs first, without their inputs. */
  jobs(query?: JobsQuery): Promise<JobsPage>;
  /** How many jobs there are in each state. */
  counts(): Promise<JobCounts>;
  /**
   * Lets jobs in the trash be claimed again, with no losses: one by its id, those of a flow, or all of them.
   *
   * @param options `preview`: only says which jobs it would be
   * @returns those that were requeued, or would be
   */
  requeue(which?: string | RequeueQuery, options?: { readonly preview?: boolean }): Promise<{ readonly jobs: readonly JobInfo[] }>;
  /** Lets no job be claimed, or none of this flow; the store takes no pauses (`BOARD_REFUSED`). It lasts until {@link AppBoard.resume}; what is claimed goes on. */
  pause(flow?: string): Promise<void>;
  /** Ends what {@link AppBoard.pause} with the same argument began. */
  resume(flow?: string): Promise<void>;
  /** What is paused. */
  paused(): Promise<Paused>;
}

/** What an app does with boards. */
export interface Posting<Flows extends readonly AnyFlow[]> {
  /**
   * Leaves a run to whoever is free: a {@link conductor} of any process begins it, in the order of priority and age. Resolves when it
   * is durable, as a PENDING run in the store, or as a job on a board. The same `id` twice is one run.
   *
   * In the store, an app with `recover` also begins by itself what is due of the flows that it has posted, unless it has a conductor
   * for them. `start`, `run` and {@link RunHandle.result} wait for it; `resume` begins it at once.
   *
   * @throws InvalidInputError `INVALID_INPUT`, also for secret inputs of a job on a board, where everybody could read them
   * @throws RunConflictError `RUN_CONFLICT` when the id belongs to other inputs or another flow
   * @throws PersistenceError, BoardError; TypeError for an option that makes no sense
   *
   * @example
   * ```ts
   * import { file, flowproof, linear } from 'flowproof';
   * const order = linear('order').input<{ item: string }>().build();
   * const app = flowproof({ persistence: file('.flowproof'), flows: [order] });
   * const { id } = await app.post(order, { id: 'o-1', inputs: { item: 'lamp' }, priority: 10 });
   * console.log(id, await app.board.counts());
   * await app.stop();
   * ```
   */
  post<F>(flow: RunsAloneInApp<F, Flows[number]>): Promise<RunHandle<Extract<F, AnyFlow>>>;
  post<F>(
    flow: RunsInApp<F, Flows[number]>,
    options: AppRunOptionsFor<Extract<F, AnyFlow>, PostOptions>,
  ): Promise<RunHandle<Extract<F, AnyFlow>>>;
  /** What is on the board of the app, or of its store where it has none, and what operators do with it. */
  readonly board: AppBoard;
}
