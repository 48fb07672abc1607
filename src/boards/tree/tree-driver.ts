import type { JobCounts, JobInfo, JobState } from '../contract/job.js';
import type { Paused } from '../contract/job-board.js';
import { infoOf, placeOf, requeued, unreadableInfo } from '../record/job-record.js';
import type { Posting } from '../record/posting.js';
import { writeRecord } from '../record/record-text.js';
import type { BoardDriver, Member, SessionDriver } from '../session/driver.js';
import { DIRECTORIES, jobPath, nameOf, textOf, timeName, trashPath, WHOLE_BOARD } from './names.js';
import type { Tree, TreeNode, TreeStep } from './tree.js';
import { indexPath, statePaths, storedJob, TreeJobs } from './tree-jobs.js';
import { TreeSession } from './tree-session.js';

/** So often something is tried that others may change meanwhile. */
const TRIES = 5;

/** A board whose jobs are in a tree. */
export class TreeDriver implements BoardDriver {
  readonly #tree: Tree;
  readonly #jobs: TreeJobs;

  constructor(tree: Tree, dedupeMs: number) {
    this.#tree = tree;
    this.#jobs = new TreeJobs(tree, dedupeMs);
  }

  open(): Promise<void> {
    return this.#tree.open();
  }

  close(): Promise<void> {
    return this.#tree.close();
  }

  post(postings: readonly Posting[]): Promise<readonly boolean[]> {
    return this.#jobs.post(postings);
  }

  async join(member: Member): Promise<SessionDriver> {
    return new TreeSession(this.#jobs, await this.#tree.join(member), member);
  }

  async read(id: string): Promise<JobInfo | undefined> {
    const [job, claim, trash] = await this.#tree.read(statePaths(id));
    return job && this.#infoOf(id, job, claim !== undefined, trash);
  }

  async page(after: string | undefined, limit: number): ReturnType<BoardDriver['page']> {
    const names = await this.#tree.names(DIRECTORIES.jobs, { ...(after !== undefined && { after: nameOf(after) }), limit });
    const ids = names.map(textOf);
    const [claimed, trashed] = await Promise.all([this.#ids(DIRECTORIES.claims), this.#ids(DIRECTORIES.trash)]);
    const nodes = await this.#tree.read(ids.map(jobPath));
    const inTrash = ids.filter((id) => trashed.has(id));
    const reasons = new Map((await this.#tree.read(inTrash.map(trashPath))).map((node, index) => [inTrash[index], node]));
    const jobs = ids.flatMap((id, index) => {
      const node = nodes[index];
      return (node && this.#infoOf(id, node, claimed.has(id), reasons.get(id))) ?? [];
    });
    const last = ids.at(-1);
    return names.length === limit && last !== undefined ? { jobs, next: last } : { jobs };
  }

  async counts(): Promise<JobCounts> {
    const flows = await this.#tree.names(DIRECTORIES.ready);
    const now = timeName(this.#tree.nowMs());
    const [claimed, trashed, due, delayed, ...ready] = await Promise.all([
      this.#tree.count(DIRECTORIES.claims),
      this.#tree.count(DIRECTORIES.trash),
      this.#tree.count(DIRECTORIES.delayed, { before: now }),
      this.#tree.count(DIRECTORIES.delayed, { after: now }),
      ...flows.map((flow) => this.#tree.count(`${DIRECTORIES.ready}/${flow}`)),
    ]);
    const free = ready.reduce((sum, count) => sum + count, due) - claimed;
    return { free: Math.max(0, free), delayed, claimed, trashed };
  }

  async requeue(id: string): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries++) {
      const stored = await this.#jobs.stored(id);
      if (stored?.is !== 'job') return false;
      const { record, version } = stored;
      if (record.trashed === undefined && record.dueAtMs === undefined) return false;
      const place = placeOf(record.job.priority, await this.#jobs.nextTurn(1));
      const next = requeued(record, this.#tree.nowMs(), place);
      const steps: readonly TreeStep[] = [
        { do: 'set', path: jobPath(id), text: writeRecord(next), version },
        { do: 'remove', path: indexPath(record) ?? trashPath(id) },
        { do: 'create', path: indexPath(next) ?? '', text: '' },
      ];
      if ((await this.#tree.commit(steps)) === undefined) continue;
      await this.#tree.announce();
      return true;
    }
    return false;
  }

  async remove(id: string): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries++) {
      const [node, claim, trash] = await this.#tree.read(statePaths(id));
      if (node === undefined || claim !== undefined) return false;
      const stored = storedJob(node);
      if (stored.is === 'consumed') return false;
      const index = stored.is === 'job' ? indexPath(stored.record) : undefined;
      const gone: readonly TreeStep[] = [
        { do: 'remove', path: jobPath(id), version: node.version },
        ...(index !== undefined && trash === undefined ? [{ do: 'remove', path: index } as const] : []),
        ...(trash !== undefined ? [{ do: 'remove', path: trashPath(id) } as const] : []),
      ];
      // A claim changes the job's version, so nobody has it.
      if ((await this.#tree.commit(gone)) !== undefined) return true;
    }
    return false;
  }

  async pause(flow: string | undefined): Promise<void> {
    await this.#tree.commit([{ do: 'create', path: pausePath(flow), text: '' }]);
  }

  async resume(flow: string | undefined): Promise<void> {
    if ((await this.#tree.commit([{ do: 'remove', path: pausePath(flow) }])) !== undefined) await this.#tree.announce();
  }

  async paused(): Promise<Paused> {
    const names = await this.#tree.names(DIRECTORIES.paused);
    return { board: names.includes(WHOLE_BOARD), flows: names.filter((name) => name !== WHOLE_BOARD).map(textOf) };
  }

  watch(news: () => void): () => void {
    return this.#tree.watch(news);
  }

  async #ids(directory: string): Promise<ReadonlySet<string>> {
    return new Set((await this.#tree.names(directory)).map(textOf));
  }

  #infoOf(id: string, node: TreeNode, isClaimed: boolean, trash: TreeNode | undefined): JobInfo | undefined {
    const stored = storedJob(node);
    if (stored.is === 'consumed') return undefined;
    if (stored.is === 'unreadable') return { ...unreadableInfo(id, stored.why), ...(trash === undefined && { state: 'free' as const }) };
    const { dueAtMs, trashed } = stored.record;
    const isDelayed = dueAtMs !== undefined && dueAtMs > this.#tree.nowMs();
    const state: JobState = trashed !== undefined ? 'trashed' : isClaimed ? 'claimed' : isDelayed ? 'delayed' : 'free';
    return infoOf(stored.record, state);
  }
}

function pausePath(flow: string | undefined): string {
  return `${DIRECTORIES.paused}/${flow === undefined ? WHOLE_BOARD : nameOf(flow)}`;
}
