import pg from 'pg';

/** Who does jobs in a database of its own. */
export interface JobSystem {
  readonly name: string;
  readonly url: string;
  /** Posts so many, and resolves when all are done. */
  batch(jobs: number): Promise<void>;
  close(): Promise<void>;
}

export interface HeldRow {
  readonly system: string;
  /** Whether a transaction was open elsewhere in that database, with a snapshot of before. */
  readonly isHeld: boolean;
  readonly jobsASecond: number;
  /** `n_dead_tup` of all its tables. */
  readonly deadBefore: number;
  readonly deadAfter: number;
}

const BATCH = 100;

/** The same work for so long without, and then with a transaction that nobody ends: what vacuum may not remove stays. */
export async function heldRows(system: JobSystem, ms: number): Promise<readonly HeldRow[]> {
  const [onlooker, holder] = [new pg.Client(system.url), new pg.Client(system.url)];
  try {
    await onlooker.connect();
    await holder.connect();
    await system.batch(BATCH);
    const free = await row(system, onlooker, ms, false);
    await holder.query('begin isolation level repeatable read');
    await holder.query('select txid_current()');
    return [free, await row(system, onlooker, ms, true)];
  } finally {
    await holder.end();
    await onlooker.end();
  }
}

async function row(system: JobSystem, onlooker: pg.Client, ms: number, isHeld: boolean): Promise<HeldRow> {
  const deadBefore = await dead(onlooker);
  const from = performance.now();
  let jobs = 0;
  do {
    await system.batch(BATCH);
    jobs += BATCH;
  } while (performance.now() - from < ms);
  const jobsASecond = (jobs * 1_000) / (performance.now() - from);
  // Sessions tell of their work when they have been idle for a second.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  return { system: system.name, isHeld, jobsASecond, deadBefore, deadAfter: await dead(onlooker) };
}

async function dead(onlooker: pg.Client): Promise<number> {
  const { rows } = await onlooker.query('select coalesce(sum(n_dead_tup), 0)::float8 as dead from pg_stat_user_tables');
  return rows[0].dead;
}
