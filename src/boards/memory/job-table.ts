import { BoardError } from '../../model/board-error.js';
import type { Clock } from '../../model/clock.js';
import type { JobState } from '../contract/job.js';
import type { Paused } from '../contract/job-board.js';
import { atPlace, type JobRecord, placeOf } from '../record/job-record.js';
import type { Posting } from '../record/posting.js';

/** A job of this board; `session` and `token` of the last claim. */
export interface Slot {
  record: JobRecord;
  token: number;
  session: string | undefined;
}

/** The jobs of a board in memory, who is a member, and what is paused. */
export class JobTable {
  readonly clock: Clock;
  readonly slots = new Map<string, Slot>();
  readonly #dedupeMs: number;
  /** When sessions end unless they are renewed: monotonic time. */
  readonly #leases = new Map<string, number>();
  /** Ids that were consumed, the oldest first: when, and by which token. */
  readonly #consumed = new Map<string, { readonly atMs: number; readonly token: number }>();
  readonly #paused = new Set<string | undefined>();
  readonly #listeners = new Set<() => void>();
  #turns = 0;

  constructor(clock: Clock, dedupeMs: number) {
    this.clock = clock;
    this.#dedupeMs = dedupeMs;
  }

  /** Whether it was posted: its id is not taken. */
  add({ job, delayMs }: Posting): boolean {
    this.#forgetConsumed();
    if (this.slots.has(job.id) || this.#consumed.has(job.id)) return false;
    const nowMs = this.clock.nowMs();
    // Nobody changes what was posted afterwards, as with a board elsewhere.
    const copy = JSON.parse(JSON.stringify({ ...job, postedAtMs: nowMs })) as JobRecord['job'];
    const when = delayMs > 0 ? { dueAtMs: nowMs + delayMs } : { place: this.nextPlace(job.priority) };
    this.slots.set(job.id, { record: { job: copy, claims: 0, losses: 0, history: [], ...when }, token: 0, session: undefined });
    return true;
  }

  pause(flow: string | undefined): void {
    this.#paused.add(flow);
  }

  /** Whether it was paused. */
  resume(flow: string | undefined): boolean {
    return this.#paused.delete(flow);
  }

  paused(): Paused {
    return { board: this.#paused.has(undefined), flows: [...this.#paused].filter((flow) => flow !== undefined) };
  }

  watch(news: () => void): () => void {
    this.#listeners.add(news);
    return () => this.#listeners.delete(news);
  }

  news(): void {
    for (const listener of this.#listeners) listener();
  }

  renew(session: string, leaseMs: number): void {
    this.#leases.set(session, this.clock.monotonicMs() + leaseMs);
  }

  isAlive(session: string): boolean {
    return (this.#leases.get(session) ?? 0) > this.clock.monotonicMs();
  }

  endSession(session: string): void {
    this.#leases.delete(session);
  }

  /** @throws BoardError when the session is over */
  demandLife(session: string): void {
    if (!this.isAlive(session)) throw new BoardError('BOARD_CLOSED', 'the session is over: join again');
  }

  stateOf({ record, session }: Slot): JobState {
    if (record.trashed !== undefined) return 'trashed';
    if (session !== undefined && this.isAlive(session)) return 'claimed';
    return record.dueAtMs !== undefined && record.dueAtMs > this.clock.nowMs() ? 'delayed' : 'free';
  }

  nextPlace(priority: number): string {
    return placeOf(priority, ++this.#turns);
  }

  /** Free jobs of these flows in their order; those whose delay is over get their place now, in the order in which they were due. */
  free(flows: readonly string[]): readonly Slot[] {
    const { board, flows: pausedFlows } = this.paused();
    if (board) return [];
    const wanted = new Set(flows.filter((flow) => !pausedFlows.includes(flow)));
    const free = [...this.slots.values()].filter((slot) => wanted.has(slot.record.job.flow) && this.stateOf(slot) === 'free');
    const due = free.filter(({ record }) => record.dueAtMs !== undefined);
    for (const slot of due.sort((a, b) => (a.record.dueAtMs ?? 0) - (b.record.dueAtMs ?? 0)))
      slot.record = atPlace(slot.record, this.nextPlace(slot.record.job.priority));
    return free.sort((a, b) => ((a.record.place ?? '') < (b.record.place ?? '') ? -1 : 1));
  }

  consume(id: string, token: number): void {
    this.slots.delete(id);
    this.#consumed.set(id, { atMs: this.clock.monotonicMs(), token });
  }

  wasConsumed(id: string, token: number): boolean {
    return this.#consumed.get(id)?.token === token;
  }

  #forgetConsumed(): void {
    const before = this.clock.monotonicMs() - this.#dedupeMs;
    for (const [id, { atMs }] of this.#consumed) {
      if (atMs > before) return;
      this.#consumed.delete(id);
    }
  }
}
