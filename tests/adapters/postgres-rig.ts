import { randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type RunningPostgres, startPostgres } from '../../scripts/postgres.js';
import { type PostgresOptions, postgres } from '../../src/adapters/postgres/index.js';
import type { Persistence } from '../../src/persistence/index.js';
import { OpenedJournals } from '../conformance/journal/opened-journals.js';
import type { JournalRig } from '../conformance/journal.js';
import type { TestDatabase } from '../support/postgres.js';
import { tamperWith } from './tamper.js';

/** Makes a persistence of one kind over the test's database, and what to end when the test is over. */
export type Connect = (
  url: string,
  options: PostgresOptions,
) => { readonly persistence: Persistence; readonly transaction?: JournalRig['transaction']; end(): Promise<void> };

/** Transactions are those of a Kysely of the user's. */
export const byUrl: Connect = (url, options) => {
  const db = new Kysely<{ unrelated: { id: number } }>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 2 }) }),
  });
  const undone = new Error('rolled back as the case wishes');
  return {
    persistence: postgres(url, options),
    async transaction(work) {
      const done = db.transaction().execute(async (trx) => {
        if (!(await work(trx))) throw undone;
      });
      await done.catch((error: unknown) => {
        if (error !== undone) throw error;
      });
    },
    end: () => db.destroy(),
  };
};

const LEASE_MS = 30;

/** As by PgBouncer in transaction mode: by a real one where `TEST_POOLER_URL` names one, in front of `TEST_DATABASE_URL`. */
export const byPooler: Connect = (url, options) => {
  const pooled = new URL(process.env.TEST_POOLER_URL ?? url);
  pooled.pathname = new URL(url).pathname;
  return byUrl(pooled.href, { ...options, pooler: 'transaction' });
};

/** Schemas without a row that a rig has left: a new one takes all migrations, which is most of what a case of the suite costs. */
const empty = new WeakMap<pg.Pool, string[]>();

async function emptied(admin: pg.Pool, schema: string): Promise<void> {
  const tables = `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1 and tablename <> 'migrations'`;
  const { rows } = await admin.query<{ name: string }>(tables, [schema]);
  await admin.query(`truncate ${rows.map(({ name }) => name).join(', ')} restart identity`);
  empty.set(admin, [...(empty.get(admin) ?? []), schema]);
}

/** A schema for each rig, which nobody else has meanwhile. */
export async function postgresRig({ url, admin }: TestDatabase, connectBy: Connect = byUrl): Promise<JournalRig> {
  const schema = empty.get(admin)?.pop() ?? `Test ${randomUUID()}`;
  const { persistence, transaction, end } = connectBy(url, { schema });
  const opened = new OpenedJournals(persistence);
  const { connect, reopen } = opened;
  return {
    journal: await connect(),
    second: connect,
    reopen,
    async tamper(tampering) {
      await tamperWith(admin, schema, tampering);
      return opened.any ?? connect();
    },
    ...(transaction === undefined ? {} : { transaction }),
    leaseMs: LEASE_MS,
    async afterLease() {
      const sql = `select count(*)::int as living from "${schema}".leases where expires_at > clock_timestamp()`;
      while (((await admin.query<{ living: number }>(sql)).rows[0]?.living ?? 0) > 0);
    },
    async close() {
      await opened.closeAll();
      await end();
      await emptied(admin, schema);
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
