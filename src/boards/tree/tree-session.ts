import { isFlowproofError } from '../../model/errors.js';
import { claimedBy, givenBack, type JobRecord, PLACE_LENGTH, putInTrash } from '../record/job-record.js';
import { writeRecord } from '../record/record-text.js';
import type { Ending, Member, SessionDriver, Taken } from '../session/driver.js';
import { claimPath, DIRECTORIES, delayedPath, jobPath, nameOf, readyPath, textOf, trashPath, WHOLE_BOARD } from './names.js';
import type { TreeMember, TreeNode, TreeStep } from './tree.js';
import { indexPath, storedJob, type TreeJobs, unreadable } from './tree-jobs.js';

/** A job that may be free: its name in the index of its flow, and where that stands. */
interface Candidate {
  readonly id: string;
  readonly place: string;
  readonly path: string;
}

const PAGE = 200;

export class TreeSession implements SessionDriver {
  readonly #jobs: TreeJobs;
  readonly #server: TreeMember;
  readonly #member: Member;
  /** What this session has claimed, as it is stored: by id and token. */
  readonly #records = new Map<string, JobRecord>();

  constructor(jobs: TreeJobs, server: TreeMember, member: Member) {
    this.#jobs = jobs;
    this.#server = server;
    this.#member = member;
  }

  async renew(): Promise<boolean> {
    const isAlive = await this.#server.renew();
    // Nobody waits for it, and the next one tries again.
    if (isAlive) this.#jobs.sweep().catch(() => undefined);
    return isAlive;
  }

  async claim(flows: readonly string[], limit: number): Promise<readonly Taken[]> {
    await this.#jobs.freeDue();
    let candidates = await this.#candidates(flows, limit);
    const taken: Taken[] = [];
    while (taken.length < limit && candidates.length > 0) {
      const now = candidates.slice(0, limit - taken.length);
      candidates = candidates.slice(now.length);
      const nodes = await this.#server.tree.read(now.map(({ id }) => jobPath(id)));
      const got = await allEnded(now.map((candidate, index) => this.#take(candidate, nodes[index])));
      taken.push(...got.filter((one) => one !== undefined));
      const missed = got.filter((one) => one === undefined).length;
      // Others claim at the same end: some are left to them, each session leaves others.
      if (missed > 0) candidates = candidates.slice(Number.parseInt(this.#member.id.slice(0, 6), 16) % (2 * missed + 1));
    }
    return taken;
  }

  async held(): Promise<readonly Taken[]> {
    const ids = (await this.#server.tree.names(DIRECTORIES.claims)).map(textOf);
    const claims = await this.#server.tree.read(ids.map(claimPath));
    const mine = ids.filter((_, index) => claims[index]?.text === this.#member.id);
    const nodes = await this.#server.tree.read(mine.map(jobPath));
    return nodes.flatMap((node) => {
      const stored = node && storedJob(node);
      return stored?.is === 'job' ? [this.#taken(stored.record, stored.version)] : [];
    });
  }

  async end(id: string, token: string, ending: Ending): Promise<boolean> {
    if (await this.#isEnded(id, token, ending).catch(overWithSession)) {
      this.#records.delete(`${token} ${id}`);
      if (ending.kind === 'abandon' && ending.delayMs === 0) await this.#jobs.tree.announce();
      return true;
    }
    const stored = ending.kind === 'consume' ? await this.#jobs.stored(id) : undefined;
    return stored?.is === 'consumed' && stored.token === token;
  }

  leave(): Promise<void> {
    return this.#server.leave();
  }

  drop(): void {
    this.#server.drop();
  }

  async #isEnded(id: string, token: string, ending: Ending): Promise<boolean> {
    const record = this.#records.get(`${token} ${id}`) ?? (await this.#recordOf(id, token));
    return record !== undefined && (await this.#server.tree.commit(this.#ended(record, token, ending))) !== undefined;
  }

  /** What this session has claimed by this token, where it does not know it. */
  async #recordOf(id: string, token: string): Promise<JobRecord | undefined> {
    const [node, claim] = await this.#server.tree.read([jobPath(id), claimPath(id)]);
    const stored = node && storedJob(node);
    return stored?.is === 'job' && stored.version === token && claim?.text === this.#member.id ? stored.record : undefined;
  }

  /** Those of the flows that are not claimed, in the order in which they are to be claimed. */
  async #candidates(flows: readonly string[], limit: number): Promise<readonly Candidate[]> {
    const [paused, claims] = await Promise.all([
      this.#server.tree.names(DIRECTORIES.paused),
      this.#server.tree.names(DIRECTORIES.claims).then((names) => new Set(names)),
    ]);
    if (paused.includes(WHOLE_BOARD)) return [];
    const wanted = flows.filter((flow) => !paused.includes(nameOf(flow)));
    const found = await Promise.all(wanted.map((flow) => this.#candidatesOf(flow, claims, limit + 20)));
    return found.flat().sort((a, b) => (a.place < b.place ? -1 : 1));
  }

  async #candidatesOf(flow: string, claims: ReadonlySet<string>, enough: number): Promise<readonly Candidate[]> {
    const directory = `${DIRECTORIES.ready}/${nameOf(flow)}`;
    const found: Candidate[] = [];
    for (let after: string | undefined; ; ) {
      const names = await this.#server.tree.names(directory, { limit: PAGE, ...(after !== undefined && { after }) });
      for (const name of names) {
        const id = name.slice(PLACE_LENGTH + 1);
        if (!claims.has(id)) found.push({ id: textOf(id), place: name.slice(0, PLACE_LENGTH), path: `${directory}/${name}` });
      }
      if (found.length >= enough || names.length < PAGE) return found;
      after = names.at(-1);
    }
  }

  /** Claims a job, unless somebody else has been faster. */
  async #take({ id, path }: Candidate, node: TreeNode | undefined): Promise<Taken | undefined> {
    const stored = node && storedJob(node);
    const remove: TreeStep = { do: 'remove', path };
    if (stored?.is === 'unreadable') await this.#server.tree.commit([remove, ...unreadable(id, stored.why, stored.version)]);
    // Its place stands for another job by this id, or for none.
    if (stored?.is === 'job' && indexPath(stored.record) !== path)
      await this.#server.tree.commit([remove, { do: 'check', path: jobPath(id), version: stored.version }]);
    if (stored?.is !== 'job' || indexPath(stored.record) !== path) return undefined;
    const record = claimedBy(stored.record, this.#member.who, this.#jobs.tree.nowMs());
    const versions = await this.#server.tree.commit([
      { do: 'set', path: jobPath(id), text: writeRecord(record), version: stored.version },
      { do: 'create', path: claimPath(id), text: this.#member.id, ephemeral: true },
      { do: 'check', path },
    ]);
    return versions && this.#taken(record, versions[0] ?? '');
  }

  #taken(record: JobRecord, token: string): Taken {
    this.#records.set(`${token} ${record.job.id}`, record);
    return { job: record.job, token, claims: record.claims, losses: record.losses };
  }

  /** What ends a claim. The version proves whose it is: each claim of a job makes another one, and it holds as long as its node is there. */
  #ended(record: JobRecord, token: string, ending: Ending): readonly TreeStep[] {
    const { id, flow } = record.job;
    const unclaim: TreeStep = { do: 'remove', path: claimPath(id) };
    const unready: TreeStep = { do: 'remove', path: readyPath(flow, record.place ?? '', id) };
    const nowMs = this.#jobs.tree.nowMs();
    const set = (next: JobRecord): TreeStep => ({ do: 'set', path: jobPath(id), text: writeRecord(next), version: token });
    switch (ending.kind) {
      case 'consume':
        return [unclaim, unready, ...this.#jobs.consumed(id, token)];
      case 'trash':
        return [unclaim, unready, set(putInTrash(record, nowMs, ending.reason)), { do: 'create', path: trashPath(id), text: '' }];
      case 'abandon': {
        const { delayMs, ...rest } = ending;
        if (delayMs === 0) return [unclaim, set(givenBack(record, nowMs, rest))];
        const dueAtMs = Math.ceil(nowMs + delayMs);
        const { place, ...next } = givenBack(record, nowMs, { ...rest, dueAtMs });
        return [unclaim, unready, set(next), { do: 'create', path: delayedPath(dueAtMs, id), text: '' }];
      }
    }
  }
}

/** A claim is gone with its session: nothing ends by it any more. */
function overWithSession(error: unknown): false {
  if (isFlowproofError(error, 'BOARD_CLOSED')) return false;
  throw error;
}

/** What all give, once all have ended: none goes on when another one has failed. */
async function allEnded<T>(all: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(all);
  return Promise.all(all);
}
