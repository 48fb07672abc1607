import type { Clock } from '../../model/clock.js';
import type { JobCounts, JobInfo } from '../contract/job.js';
import type { Paused } from '../contract/job-board.js';
import { infoOf, requeued } from '../record/job-record.js';
import type { Posting } from '../record/posting.js';
import type { BoardDriver, Member, SessionDriver } from '../session/driver.js';
import { JobTable } from './job-table.js';
import { MemorySession } from './memory-session.js';

/** Jobs in the memory of this process: gone with it. */
export class MemoryDriver implements BoardDriver {
  readonly #table: JobTable;

  constructor(clock: Clock, dedupeMs: number) {
    this.#table = new JobTable(clock, dedupeMs);
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {}

  async post(postings: readonly Posting[]): Promise<readonly boolean[]> {
    const posted = postings.map((posting) => this.#table.add(posting));
    if (posted.includes(true)) this.#table.news();
    return posted;
  }

  async join(member: Member): Promise<SessionDriver> {
    this.#table.renew(member.id, member.leaseMs);
    return new MemorySession(this.#table, member);
  }

  async read(id: string): Promise<JobInfo | undefined> {
    const slot = this.#table.slots.get(id);
    return slot && infoOf(slot.record, this.#table.stateOf(slot));
  }

  async page(after: string | undefined, limit: number): ReturnType<BoardDriver['page']> {
    const slots = [...this.#table.slots.values()].filter(({ record }) => after === undefined || record.job.id > after);
    slots.sort((a, b) => (a.record.job.id < b.record.job.id ? -1 : 1));
    const jobs = slots.slice(0, limit).map((slot) => infoOf(slot.record, this.#table.stateOf(slot)));
    const last = jobs.at(-1);
    return slots.length > limit && last !== undefined ? { jobs, next: last.id } : { jobs };
  }

  async counts(): Promise<JobCounts> {
    const counts = { free: 0, delayed: 0, claimed: 0, trashed: 0 };
    for (const slot of this.#table.slots.values()) counts[this.#table.stateOf(slot)]++;
    return counts;
  }

  async requeue(id: string): Promise<boolean> {
    const slot = this.#table.slots.get(id);
    const state = slot && this.#table.stateOf(slot);
    if (slot === undefined || (state !== 'trashed' && state !== 'delayed')) return false;
    slot.record = requeued(slot.record, this.#table.clock.nowMs(), this.#table.nextPlace(slot.record.job.priority));
    this.#table.news();
    return true;
  }

  async remove(id: string): Promise<boolean> {
    const slot = this.#table.slots.get(id);
    if (slot === undefined || this.#table.stateOf(slot) === 'claimed') return false;
    return this.#table.slots.delete(id);
  }

  async pause(flow: string | undefined): Promise<void> {
    this.#table.pause(flow);
  }

  async resume(flow: string | undefined): Promise<void> {
    if (this.#table.resume(flow)) this.#table.news();
  }

  async paused(): Promise<Paused> {
    return this.#table.paused();
  }

  watch(news: () => void): () => void {
    return this.#table.watch(news);
  }
}
