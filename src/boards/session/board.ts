import { BoardError } from '../../model/board-error.js';
import { type Clock, systemClock } from '../../model/clock.js';
import { type Ids, randomIds } from '../../model/ids.js';
import { inWords } from '../../model/in-words.js';
import { leaveUnawaited } from '../../model/kinds.js';
import { isNodeName, isRunId } from '../../model/names.js';
import type { BoardSession, JoinParams } from '../contract/board-session.js';
import type { JobCounts, JobInfo, JobsPage, JobsQuery, NewJob, Posted } from '../contract/job.js';
import type { BoardCapabilities, JobBoard, Paused } from '../contract/job-board.js';
import { postingOf } from '../record/posting.js';
import { inTime } from './deadline.js';
import type { BoardDriver } from './driver.js';
import { demandPage, listJobs } from './list-jobs.js';
import { LiveSession } from './live-session.js';

export interface BoardParts {
  readonly name: string;
  readonly driver: BoardDriver;
  readonly clock?: Clock;
  /** How long a call outside of sessions waits for an answer. Default: 10 s. */
  readonly timeoutMs?: number;
}

const CAPABILITIES: BoardCapabilities = { sharesJournal: false, transactionalPost: false };
const SHORTEST_LEASE_MS = 1_000;

/** The board that a driver is: what callers give is judged, every call has a deadline, and sessions renew themselves. */
export function boardOf({ name, driver, clock = systemClock, timeoutMs = 10_000 }: BoardParts): JobBoard {
  return new DrivenBoard(name, driver, clock, timeoutMs);
}

class DrivenBoard implements JobBoard {
  readonly name: string;
  readonly capabilities = CAPABILITIES;
  readonly #driver: BoardDriver;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #ids: Ids = randomIds();
  readonly #sessions = new Set<LiveSession>();
  #opening: Promise<void> | undefined;
  #closed = false;

  constructor(name: string, driver: BoardDriver, clock: Clock, timeoutMs: number) {
    this.name = name;
    this.#driver = driver;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  open(): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closedError());
    this.#opening ??= this.#inTime('opening', () => this.#driver.open()).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const session of this.#sessions) session.drop();
    this.#sessions.clear();
    await this.#inTime('closing', () => this.#driver.close());
  }

  async post(jobs: readonly NewJob[], where?: { readonly transaction: unknown }): Promise<readonly Posted[]> {
    if (!Array.isArray(jobs)) throw new TypeError(`post needs a list of jobs, not ${inWords(jobs)}`);
    if (where?.transaction !== undefined)
      throw new BoardError(
        'BOARD_REFUSED',
        `board '${this.name}' can't post in a transaction of yours: post after COMMIT, or post to the store`,
      );
    const postings = jobs.map((job) => postingOf(job, () => this.#ids.runId(this.#clock.nowMs())));
    const posted = await this.#ask('posting', () => this.#driver.post(postings));
    return postings.map(({ job }, index) => ({ id: job.id, posted: posted[index] === true }));
  }

  async join({ who, leaseMs }: JoinParams): Promise<BoardSession> {
    if (typeof who !== 'string' || who === '') throw new TypeError(`who joins a board must have a name, not ${inWords(who)}`);
    if (typeof leaseMs !== 'number' || !(leaseMs >= SHORTEST_LEASE_MS && leaseMs < Number.POSITIVE_INFINITY))
      throw new TypeError(`the leaseMs of a session must be at least ${SHORTEST_LEASE_MS}, not ${inWords(leaseMs)}`);
    await this.open();
    const sentAtMs = this.#clock.monotonicMs();
    const member = { id: this.#ids.unique(), who, leaseMs };
    const driver = await this.#inTime('joining', () => this.#driver.join(member));
    const session = new LiveSession(this.name, driver, this.#clock, leaseMs, sentAtMs, () => this.#sessions.delete(session));
    if (this.#closed) {
      session.drop();
      throw this.#closedError();
    }
    this.#sessions.add(session);
    session.lost.addEventListener('abort', () => this.#sessions.delete(session), { once: true });
    return session;
  }

  async job(id: string): Promise<JobInfo | undefined> {
    if (!isRunId(id)) return undefined;
    return this.#ask(`looking for job '${id}'`, () => this.#driver.read(id));
  }

  async jobs(query: JobsQuery = {}): Promise<JobsPage> {
    demandPage(query);
    return this.#ask('listing', () => listJobs(this.#driver, query));
  }

  counts(): Promise<JobCounts> {
    return this.#ask('counting', () => this.#driver.counts());
  }

  async requeue(id: string): Promise<boolean> {
    if (!isRunId(id)) return false;
    return this.#ask(`requeuing job '${id}'`, () => this.#driver.requeue(id));
  }

  async remove(id: string): Promise<boolean> {
    if (!isRunId(id)) return false;
    return this.#ask(`removing job '${id}'`, () => this.#driver.remove(id));
  }

  async pause(flow?: string): Promise<void> {
    demandFlow(flow);
    return this.#ask('pausing', () => this.#driver.pause(flow));
  }

  async resume(flow?: string): Promise<void> {
    demandFlow(flow);
    return this.#ask('resuming', () => this.#driver.resume(flow));
  }

  paused(): Promise<Paused> {
    return this.#ask('asking what is paused', () => this.#driver.paused());
  }

  watch(news: () => void): () => void {
    if (this.#closed) return () => undefined;
    let off: (() => void) | undefined = () => undefined;
    const listening = (): void => {
      if (off !== undefined) off = this.#driver.watch(() => off !== undefined && call(news));
    };
    this.open().then(listening, () => undefined);
    return () => {
      off?.();
      off = undefined;
    };
  }

  async #ask<T>(what: string, call: () => Promise<T>): Promise<T> {
    await this.open();
    return this.#inTime(what, call);
  }

  #inTime<T>(what: string, call: () => Promise<T>): Promise<T> {
    return inTime(this.#clock, this.#timeoutMs, `board '${this.name}': ${what}`, call);
  }

  #closedError(): BoardError {
    return new BoardError('BOARD_CLOSED', `board '${this.name}' is closed: make another one`);
  }
}

function demandFlow(flow: string | undefined): void {
  if (flow !== undefined && !isNodeName(flow)) throw new TypeError(`a flow is paused and resumed by its name, not by ${inWords(flow)}`);
}

/** What a listener throws is nobody else's failure: neither that of who posts, nor of the connection that brings the news. */
function call(news: () => unknown): void {
  try {
    leaveUnawaited(news());
  } catch {
    // It was only a hint.
  }
}
