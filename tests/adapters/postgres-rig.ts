import { randomUUID } from 'node:crypto';
import { type RunningPostgres, startPostgres } from '../../scripts/postgres.js';
import { type PostgresOptions, postgres } from '../../src/adapters/postgres/index.js';
import type { Journal, Persistence } from '../../src/persistence/index.js';
import type { JournalRig } from '../conformance/journal.js';
import type { TestDatabase } from '../support/postgres.js';
import { tamperWith } from './tamper.js';

/** Makes a persistence of one kind over the test's database, and what to end when the test is over. */
export type Connect = (url: string, options: PostgresOptions) => { readonly persistence: Persistence; end(): Promise<void> };

export const byUrl: Connect = (url, options) => ({ persistence: postgres(url, options), end: async () => undefined });

const LEASE_MS = 30;

/** A schema of its own for each rig. */
export async function postgresRig({ url, admin }: TestDatabase, connectBy: Connect = byUrl): Promise<JournalRig> {
  const schema = `Test ${randomUUID()}`;
  const { persistence, end } = connectBy(url, { schema });
  const open: Journal[] = [];
  const connect = async () => {
    const journal = persistence.connect();
    await journal.open();
    open.push(journal);
    return journal;
  };
  const closeAll = async () => {
    for (const journal of open.splice(0)) await journal.close();
  };
  return {
    journal: await connect(),
    second: connect,
    async reopen() {
      await closeAll();
      return connect();
    },
    async tamper(tampering) {
      await tamperWith(admin, schema, tampering);
      return open[0] ?? connect();
    },
    leaseMs: LEASE_MS,
    async afterLease() {
      const sql = `select count(*)::int as living from "${schema}".leases where expires_at > clock_timestamp()`;
      while (((await admin.query<{ living: number }>(sql)).rows[0]?.living ?? 0) > 0);
    },
    async close() {
      await closeAll();
      await end();
      await admin.query(`drop schema "${schema}" cascade`);
    },
  };
}

const STARTS = 50;

/** Starts a server that was killed. Its backends may outlive it for a moment, and no new one starts before they are gone. */
export async function startAgain({ dataDir, url }: RunningPostgres): Promise<RunningPostgres> {
  for (let start = 1; ; start++) {
    try {
      return await startPostgres({ dataDir, port: Number(new URL(url).port) });
    } catch (error) {
      if (start >= STARTS) throw error;
    }
  }
}
