import { type JobRecord, placeOf } from '../record/job-record.js';
import type { Posting } from '../record/posting.js';
import { readRecord, writeRecord } from '../record/record-text.js';
import { readConsumed, writeConsumed } from './consumed.js';
import { claimPath, DIRECTORIES, delayedPath, jobPath, nameOf, readyPath, TURN, textOf, timeName, trashPath } from './names.js';
import type { Tree, TreeNode, TreeStep } from './tree.js';

/** How what is stored of a job reads. */
export type StoredJob =
  | { readonly is: 'job'; readonly record: JobRecord; readonly version: string }
  | { readonly is: 'consumed'; readonly atMs: number; readonly token: string; readonly version: string }
  | { readonly is: 'unreadable'; readonly why: string; readonly version: string };

export function storedJob({ text, version }: TreeNode): StoredJob {
  const consumed = readConsumed(text);
  if (consumed !== undefined) return { is: 'consumed', ...consumed, version };
  const record = readRecord(text);
  return typeof record === 'string' ? { is: 'unreadable', why: record, version } : { is: 'job', record, version };
}

/** The index in which a job stands that is not in the trash. */
export function indexPath({ job, place, dueAtMs }: JobRecord): string | undefined {
  if (place !== undefined) return readyPath(job.flow, place, job.id);
  return dueAtMs === undefined ? undefined : delayedPath(dueAtMs, job.id);
}

const WIDEST_BUCKET_MS = 60_000;
/** Commits at once: a server has other clients. */
const AT_ONCE = 16;

/** Jobs in a tree: the changes that need no session. */
export class TreeJobs {
  readonly tree: Tree;
  readonly dedupeMs: number;
  #sweptAtMs = 0;

  constructor(tree: Tree, dedupeMs: number) {
    this.tree = tree;
    this.dedupeMs = dedupeMs;
  }

  async post(postings: readonly Posting[]): Promise<readonly boolean[]> {
    const first = await this.nextTurn(postings.length);
    const posted: boolean[] = [];
    for (let from = 0; from < postings.length; from += AT_ONCE) {
      const batch = postings.slice(from, from + AT_ONCE);
      posted.push(...(await Promise.all(batch.map((posting, index) => this.#post(posting, first + from + index)))));
    }
    if (postings.some(({ delayMs }, index) => delayMs === 0 && posted[index])) await this.tree.announce();
    return posted;
  }

  /** The first of so many turns, which nobody else gets. */
  async nextTurn(count: number): Promise<number> {
    for (;;) {
      const [node] = await this.tree.read([TURN]);
      const given = Number(node?.text ?? 0);
      const text = String(given + count);
      const step: TreeStep =
        node === undefined ? { do: 'create', path: TURN, text } : { do: 'set', path: TURN, text, version: node.version };
      // Somebody else was faster.
      if ((await this.tree.commit([step])) !== undefined) return given + 1;
    }
  }

  async stored(id: string): Promise<StoredJob | undefined> {
    const [node] = await this.tree.read([jobPath(id)]);
    return node && storedJob(node);
  }

  /** What makes a job consumed by this token: in place of its record, remembered for a while. */
  consumed(id: string, token: string): readonly TreeStep[] {
    const nowMs = this.tree.nowMs();
    return [
      { do: 'set', path: jobPath(id), text: writeConsumed(nowMs, token), version: token },
      { do: 'create', path: `${DIRECTORIES.done}/${timeName(this.#bucketOf(nowMs))}/${nameOf(id)}!${token}`, text: '' },
    ];
  }

  /** Jobs whose delay is over are free, in the order in which they were due. */
  async freeDue(): Promise<void> {
    const names = await this.tree.names(DIRECTORIES.delayed, { before: timeName(this.tree.nowMs()), limit: 50 });
    if (names.length === 0) return;
    const ids = names.map((name) => textOf(name.slice(timeName(0).length + 1)));
    const [first, nodes] = await Promise.all([this.nextTurn(ids.length), this.tree.read(ids.map(jobPath))]);
    await Promise.all(
      names.map(async (name, index) => {
        const [node, id] = [nodes[index], ids[index] ?? ''];
        await this.tree.commit(this.#due(`${DIRECTORIES.delayed}/${name}`, id, node && storedJob(node), first + index));
      }),
    );
  }

  /** Forgets some of the ids that were consumed long enough ago; once in a while, whoever calls it. */
  async sweep(): Promise<void> {
    const nowMs = this.tree.nowMs();
    if (nowMs - this.#sweptAtMs < Math.min(this.dedupeMs, WIDEST_BUCKET_MS) / 2) return;
    this.#sweptAtMs = nowMs;
    const over = timeName(nowMs - this.dedupeMs - this.#bucketMs);
    for (const bucket of await this.tree.names(DIRECTORIES.done, { before: over })) {
      const directory = `${DIRECTORIES.done}/${bucket}`;
      const names = await this.tree.names(directory, { limit: 500 });
      for (let from = 0; from < names.length; from += AT_ONCE)
        await Promise.all(names.slice(from, from + AT_ONCE).map((name) => this.#forget(directory, name)));
      if (names.length < 500) await this.tree.removeDirectory(directory);
    }
  }

  get #bucketMs(): number {
    return Math.max(1_000, Math.min(this.dedupeMs, WIDEST_BUCKET_MS));
  }

  #bucketOf(nowMs: number): number {
    return Math.floor(nowMs / this.#bucketMs) * this.#bucketMs;
  }

  async #forget(directory: string, name: string): Promise<void> {
    const [id = '', token] = name.split('!').map(textOf);
    const stored = await this.stored(id);
    const index: TreeStep = { do: 'remove', path: `${directory}/${name}` };
    const isIt = stored?.is === 'consumed' && stored.token === token;
    await this.tree.commit(isIt ? [index, { do: 'remove', path: jobPath(id), version: stored.version }] : [index]);
  }

  async #post({ job, delayMs }: Posting, turn: number): Promise<boolean> {
    const nowMs = this.tree.nowMs();
    const when = delayMs > 0 ? { dueAtMs: nowMs + delayMs } : { place: placeOf(job.priority, turn) };
    const record: JobRecord = { job: { ...job, postedAtMs: nowMs }, claims: 0, losses: 0, history: [], ...when };
    const create: readonly TreeStep[] = [
      { do: 'create', path: jobPath(job.id), text: writeRecord(record) },
      { do: 'create', path: indexPath(record) ?? '', text: '' },
    ];
    if ((await this.tree.commit(create)) !== undefined) return true;
    const stored = await this.stored(job.id);
    if (stored?.is !== 'consumed' || nowMs - stored.atMs < this.dedupeMs) return false;
    // It is to be forgotten, and was not yet.
    await this.tree.commit([{ do: 'remove', path: jobPath(job.id), version: stored.version }]);
    return (await this.tree.commit(create)) !== undefined;
  }

  #due(path: string, id: string, stored: StoredJob | undefined, turn: number): readonly TreeStep[] {
    const remove: TreeStep = { do: 'remove', path };
    if (stored === undefined || stored.is === 'consumed') return [remove];
    if (stored.is === 'unreadable') return [remove, ...unreadable(id, stored.why, stored.version)];
    const { dueAtMs: _, ...rest } = stored.record;
    const record: JobRecord = { ...rest, place: placeOf(rest.job.priority, turn) };
    return [
      remove,
      { do: 'set', path: jobPath(id), text: writeRecord(record), version: stored.version },
      { do: 'create', path: indexPath(record) ?? '', text: '' },
    ];
  }
}

/** Into the trash with what can't be read; it stays as it is. */
export function unreadable(id: string, why: string, version: string): readonly TreeStep[] {
  return [
    { do: 'check', path: jobPath(id), version },
    { do: 'create', path: trashPath(id), text: why },
  ];
}

/** Which paths say how a job stands. */
export const statePaths = (id: string): readonly [string, string, string] => [jobPath(id), claimPath(id), trashPath(id)];
