import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type RunningPostgres, startPostgres } from '../../scripts/postgres.js';

/** Two servers: what is written to the primary is streamed to the standby, which only reads until it is promoted. */
export interface Pair {
  readonly primary: RunningPostgres;
  readonly standby: RunningPostgres;
  /** Resolves when the standby has all that was written before. */
  caughtUp(): Promise<void>;
  /** Makes the standby a primary. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPair(): Promise<Pair> {
  const [one, other] = ['primary', 'standby'].map((name) => mkdtempSync(join(tmpdir(), `flowproof-${name}-`))) as [string, string];
  const settings = { fsync: 'off' };
  // The standby begins as a copy of what a server has left behind that was shut down in good order.
  await (await startPostgres({ dataDir: one, settings })).stop();
  execFileSync('cp', ['-a', join(one, 'data'), join(other, 'data')]);
  writeFileSync(join(other, 'data', 'standby.signal'), '');
  const primary = await startPostgres({ dataDir: one, settings });
  const { hostname, port } = new URL(primary.url);
  const from = `host=${hostname} port=${port} user=postgres`;
  const standby = await startPostgres({ dataDir: other, settings: { ...settings, primary_conninfo: from } });
  return {
    primary,
    standby,
    async caughtUp() {
      const [{ lsn } = {}] = await rowsOf(primary.url, 'select pg_current_wal_lsn()::text as lsn');
      const isThere = `select pg_last_wal_replay_lsn() >= '${String(lsn)}' as there`;
      while ((await rowsOf(standby.url, isThere))[0]?.there !== true);
    },
    async promote() {
      await rowsOf(standby.url, 'select pg_promote()');
    },
    async stop() {
      await standby.stop();
      await primary.stop();
      for (const dataDir of [one, other]) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function rowsOf(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
