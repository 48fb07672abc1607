import type { JobCounts, JobInfo, JobState, JobsPage, JobsQuery } from '../../boards/index.js';
import { BoardError } from '../../model/board-error.js';
import type { Clock } from '../../model/clock.js';
import type { RunState } from '../../model/states.js';
import type { Journal, RunSummary } from '../../persistence/index.js';
import type { AppBoard } from './posting.js';
import type { StoreAccess } from './store-access.js';

export interface StoreBoardParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly store: Pick<StoreAccess, 'reading' | 'writing'>;
  requeue(id: string): Promise<void>;
}

/** Runs in these states are jobs of the store. */
const STATES: readonly RunState[] = ['PENDING', 'RUNNING'];

/** The store as a board, as operators see it. */
export function storeBoardOf(parts: StoreBoardParts): AppBoard {
  const { journal, store } = parts;
  return {
    jobs: (query) => store.reading(() => jobs(parts, query)),
    counts: () => store.reading(() => counts(journal)),
    requeue: (which = {}, options) => store.writing(() => requeue(parts, which, options)),
    pause: refusePause,
    resume: refusePause,
    paused: async () => ({ board: false, flows: [] }),
  };
}

/** In the order of a job's life, whatever the store. */
async function counts(journal: Journal): Promise<JobCounts> {
  const { free, delayed, claimed, trashed } = await journal.postedCounts();
  return { free, delayed, claimed, trashed };
}

async function refusePause(): Promise<never> {
  throw new BoardError(
    'BOARD_REFUSED',
    'the store can’t be paused as a board: stop the conductors that claim from it, or let them claim other flows',
  );
}

/** What is posted, and what a process has, in the order of the lists of runs: the newest first. */
async function jobs({ journal, clock }: StoreBoardParts, query: JobsQuery = {}): Promise<JobsPage> {
  const { states, flow, after, limit } = query;
  const found: JobInfo[] = [];
  const wanted = limit ?? 100;
  let before = after;
  for (;;) {
    const page = await journal.runs({ states: STATES, limit: wanted, ...(flow && { flow }), ...(before && { before }) });
    for (const [index, run] of page.runs.entries()) {
      const info = jobOf(run, clock.nowMs());
      if (info !== undefined && (states === undefined || states.includes(info.state))) found.push(info);
      const isLast = index === page.runs.length - 1 && page.next === undefined;
      if (found.length === wanted && !isLast) return { jobs: found, next: run.runId };
    }
    if (page.next === undefined) return { jobs: found };
    before = page.next;
  }
}

/** Nothing: it is no job, but prepared, asleep, or left by a process that stopped. */
function jobOf(run: RunSummary, nowMs: number): JobInfo | undefined {
  const { key, flow, version, priority = 0, createdAtMs, logbook, metadata, owner, wakeAtMs } = run;
  // A run that has begun was claimed by who drives it, and none of that is a loss.
  const takes = run.takes ?? (owner === undefined ? 0 : 1);
  if (owner === undefined && (run.state !== 'PENDING' || wakeAtMs === undefined)) return undefined;
  const state: JobState =
    owner !== undefined ? 'claimed' : wakeAtMs === 'never' ? 'trashed' : Number(wakeAtMs) > nowMs ? 'delayed' : 'free';
  const named = { ...(logbook === undefined ? {} : { logbook }), ...(metadata === undefined ? {} : { metadata }) };
  return {
    id: key,
    state,
    job: { id: key, flow, version, inputs: {}, priority, postedAtMs: createdAtMs, ...named },
    attempts: takes,
    losses: owner === undefined ? takes : takes - 1,
    ...(state === 'delayed' ? { dueAtMs: Number(wakeAtMs) } : {}),
    ...(owner === undefined ? {} : { claimedBy: owner.id }),
    ...(state === 'trashed' ? { trashed: POISON } : {}),
    history: [],
  };
}

const POISON = { code: 'POISON', message: 'too many processes died that had claimed it, before its first step' };

async function requeue(
  parts: StoreBoardParts,
  which: string | Pick<JobsQuery, 'flow' | 'limit'>,
  { preview = false }: { readonly preview?: boolean } = {},
): Promise<{ readonly jobs: readonly JobInfo[] }> {
  const found = typeof which === 'string' ? await one(parts, which) : (await jobs(parts, { ...which, states: ['trashed'] })).jobs;
  if (!preview) for (const { id } of found) await parts.requeue(id);
  return { jobs: found };
}

async function one({ journal, clock }: StoreBoardParts, key: string): Promise<readonly JobInfo[]> {
  const run = await journal.find({ key });
  const job = run === undefined ? undefined : jobOf(run, clock.nowMs());
  return job?.state === 'trashed' || job?.state === 'delayed' ? [job] : [];
}
