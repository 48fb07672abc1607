import type { BoardSession, JoinParams } from './board-session.js';
import type { JobCounts, JobInfo, JobsPage, JobsQuery, NewJob, Posted } from './job.js';

/** What a board can do beyond offering jobs. */
export interface BoardCapabilities {
  /** A job is the run itself, in the store of the app: claiming it is owning the run. */
  readonly sharesJournal: boolean;
  /** Jobs can be posted in a transaction of the user's. */
  readonly transactionalPost: boolean;
}

/**
 * Where runs are offered to whoever is free to do them. A board never says that a job was done only once: its tokens say whose a
 * job is now, and the journal decides what counts.
 *
 * All calls end in bounded time, and may reject with BoardError: `BOARD_UNREACHABLE` (nothing is known of what was asked),
 * `BOARD_REFUSED` (the server takes no such request) and `BOARD_CLOSED`.
 */
export interface JobBoard {
  /** By what other boards of an app are told apart from it: runs of its jobs are known by it. */
  readonly name: string;
  readonly capabilities: BoardCapabilities;
  /** Connects, and looks whether the server is fit. Calling again is harmless; after it rejected it may be called again. */
  open(): Promise<void>;
  /** Ends connections; what is claimed by sessions that did not leave is free when their leases are over. */
  close(): Promise<void>;
  /**
   * Offers jobs; durable, as far as the server is, when resolved. Each job is posted or not by itself, in their order.
   *
   * @param where a transaction of the user's that they are posted in, where the board's capabilities have it
   * @throws TypeError for a job that no board could keep
   */
  post(jobs: readonly NewJob[], where?: { readonly transaction: unknown }): Promise<readonly Posted[]>;
  /** Becomes a claimer. */
  join(params: JoinParams): Promise<BoardSession>;
  /** One job; nothing when the board has none by this id. */
  job(id: string): Promise<JobInfo | undefined>;
  /** Jobs, a page at a time. */
  jobs(query?: JobsQuery): Promise<JobsPage>;
  /** How many jobs there are in each state: counted one after the other, so their sum may be off while jobs move. */
  counts(): Promise<JobCounts>;
  /** Lets a job in the trash, or a delayed one, be claimed at once, with no losses. `false`: it is neither. */
  requeue(id: string): Promise<boolean>;
  /** Removes a job that nobody has claimed. `false`: it is claimed, or there is none. */
  remove(id: string): Promise<boolean>;
  /** Lets no job be claimed, or none of this flow, until {@link resume}. What is claimed goes on. */
  pause(flow?: string): Promise<void>;
  /** Ends what {@link pause} with the same argument began. */
  resume(flow?: string): Promise<void>;
  /** What is paused. */
  paused(): Promise<Paused>;
  /** Calls back soon after a job has become free. A hint that may be late, lost or needless: to look now and then is what counts. */
  watch(news: () => void): () => void;
}

export interface Paused {
  /** Whether the whole board is. */
  readonly board: boolean;
  /** Flows that are paused by name. */
  readonly flows: readonly string[];
}
