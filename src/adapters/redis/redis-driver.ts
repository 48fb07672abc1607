import {
  type BoardDriver,
  infoOf,
  type JobCounts,
  type JobInfo,
  type JobState,
  type Member,
  type Paused,
  type Posting,
  type SessionDriver,
  unreadableInfo,
} from '../../boards/index.js';
import type { RedisScripts } from './client.js';
import { demandFitness } from './fitness.js';
import { readJob } from './read-job.js';
import { RedisSession } from './redis-session.js';

/** So many jobs are posted by a script: others wait for it. */
const AT_ONCE = 100;

/** How a job stands, as the scripts write it. */
interface Facts {
  readonly posted: number;
  readonly claims: number;
  readonly losses: number;
  readonly due?: number;
  readonly who?: string;
  readonly at?: number;
  readonly trashed?: JobInfo['trashed'];
  readonly history?: JobInfo['history'];
}

export interface RedisParts {
  readonly scripts: RedisScripts;
  readonly dedupeMs: number;
  /** Connects; and ends that. */
  readonly connect: () => Promise<void>;
  readonly disconnect: () => void;
}

export class RedisDriver implements BoardDriver {
  readonly #scripts: RedisScripts;
  readonly #parts: RedisParts;
  readonly #watching = new Set<() => void>();

  constructor(parts: RedisParts) {
    this.#scripts = parts.scripts;
    this.#parts = parts;
  }

  async open(): Promise<void> {
    await this.#parts.connect();
    await demandFitness(this.#scripts.client);
  }

  async close(): Promise<void> {
    for (const off of this.#watching) off();
    this.#parts.disconnect();
  }

  async post(postings: readonly Posting[]): Promise<readonly boolean[]> {
    const posted: boolean[] = [];
    for (let from = 0; from < postings.length; from += AT_ONCE) {
      const batch = postings.slice(from, from + AT_ONCE);
      const args = batch.flatMap(({ job, delayMs }) => [job.id, job.flow, job.priority, delayMs, JSON.stringify(job)]);
      const answer = (await this.#scripts.run('post', this.#scripts.channel, ...args)) as readonly number[];
      posted.push(...answer.map((one) => one === 1));
    }
    return posted;
  }

  async join(member: Member): Promise<SessionDriver> {
    await this.#scripts.run('join', member.id, member.leaseMs);
    return new RedisSession(this.#scripts, member, this.#parts.dedupeMs);
  }

  async read(id: string): Promise<JobInfo | undefined> {
    const [info] = await this.#look('of', id);
    return info;
  }

  async page(after: string | undefined, limit: number): ReturnType<BoardDriver['page']> {
    const jobs = await this.#look('after', after ?? '', limit);
    const last = jobs.at(-1);
    return jobs.length === limit && last !== undefined ? { jobs, next: last.id } : { jobs };
  }

  async counts(): Promise<JobCounts> {
    const [free = 0, delayed = 0, claimed = 0, trashed = 0] = (await this.#scripts.run('counts')) as readonly number[];
    return { free, delayed, claimed, trashed };
  }

  async requeue(id: string): Promise<boolean> {
    return (await this.#scripts.run('requeue', this.#scripts.channel, id)) === 1;
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#scripts.run('remove', id)) === 1;
  }

  async pause(flow = ''): Promise<void> {
    await this.#scripts.run('pause', this.#scripts.channel, 'pause', flow);
  }

  async resume(flow = ''): Promise<void> {
    await this.#scripts.run('pause', this.#scripts.channel, 'resume', flow);
  }

  async paused(): Promise<Paused> {
    const found = (await this.#scripts.run('paused')) as readonly string[];
    return { board: found.includes(''), flows: found.filter((flow) => flow !== '').sort() };
  }

  watch(news: () => void): () => void {
    const subscriber = this.#scripts.client.duplicate();
    subscriber.on('error', () => undefined);
    subscriber.on('message', news);
    // It subscribes again whenever it has connected again.
    subscriber.subscribe(this.#scripts.channel).catch(() => undefined);
    const off = (): void => {
      this.#watching.delete(off);
      subscriber.disconnect();
    };
    this.#watching.add(off);
    return off;
  }

  async #look(...args: (string | number)[]): Promise<readonly JobInfo[]> {
    const found = (await this.#scripts.run('look', ...args)) as readonly [string, string | null, string, JobState | ''][];
    return found.flatMap(([id, job, facts, state]) => (job === null && state === '' ? [] : [asInfo(id, job, facts, state)]));
  }
}

function asInfo(id: string, text: string | null, factsText: string, state: JobState | ''): JobInfo {
  if (factsText === '' || state === '') return unreadableInfo(id, 'what is stored of how it stands can’t be read');
  const { posted, claims, losses, due, who, at, trashed, history } = JSON.parse(factsText) as Facts;
  const job = readJob(text, posted);
  if (typeof job === 'string') return { ...unreadableInfo(id, job), ...(state !== 'trashed' && { state }), attempts: claims, losses };
  const record = { job, claims, losses, history: Array.isArray(history) ? history : [] };
  const more = { ...(due !== undefined && { dueAtMs: due }), ...(trashed !== undefined && { trashed }) };
  return infoOf({ ...record, ...more, ...(who !== undefined && at !== undefined && { claimed: { who, atMs: at } }) }, state);
}
