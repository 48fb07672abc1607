import pg from 'pg';
import { type RunningPostgres, type StartPostgresOptions, startPostgres } from '../scripts/postgres.js';

/** What PostgreSQL itself counted. */
export interface Counts {
  /** That clients sent to the measured database; BEGIN and COMMIT are statements too. */
  readonly statements: number;
  /** Transactions that wrote: ids that were given out. */
  readonly commits: number;
  readonly walBytes: number;
}

/** A server that counts, with a database `bench` for what is measured; the meter looks on from another one. */
export interface MeteredPostgres {
  readonly url: string;
  /** Version and what decides about times. */
  readonly told: string;
  /** Another database of this server, made when it is missing: what is done there is no statement of `bench`. */
  database(name: string): Promise<string>;
  /** Counts what happens while `work` runs: statements of that database, the rest of the whole server. */
  counted<Result>(work: () => Promise<Result>, database?: string): Promise<Counts & { readonly result: Result }>;
  stop(): Promise<void>;
}

const TOLD = ['fsync', 'synchronous_commit', 'wal_sync_method', 'full_page_writes', 'wal_level', 'shared_buffers', 'commit_delay'];

export async function startMeteredPostgres(settings: StartPostgresOptions['settings'] = {}): Promise<MeteredPostgres> {
  const server = await startPostgres({
    settings: { shared_preload_libraries: 'pg_stat_statements', max_connections: 400, ...settings },
  });
  const admin = new pg.Client({ connectionString: server.url });
  try {
    await admin.connect();
    await admin.query('create extension pg_stat_statements');
    await admin.query('create database bench');
    return await metered(server, admin);
  } catch (error) {
    await admin.end();
    await server.stop();
    throw error;
  }
}

async function metered(server: RunningPostgres, admin: pg.Client): Promise<MeteredPostgres> {
  const url = new URL(server.url);
  url.pathname = '/bench';
  const settings = await admin.query(`select string_agg(name || '=' || current_setting(name), ' ') as told from unnest($1::text[]) name`, [
    TOLD,
  ]);
  const version = await admin.query('show server_version');
  const read = async (database: string): Promise<Counts> => {
    const text = `select
        (select coalesce(sum(calls), 0)::float8 from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = $1) as statements,
        pg_snapshot_xmax(pg_current_snapshot())::text::float8 as commits,
        pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as "walBytes"`;
    const { rows } = await admin.query(text, [database]);
    return rows[0] as Counts;
  };
  return {
    url: url.href,
    told: `PostgreSQL ${version.rows[0].server_version} over TCP on loopback, ${settings.rows[0].told}`,
    async database(name) {
      const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
      if (rowCount === 0) await admin.query(`create database ${admin.escapeIdentifier(name)}`);
      const address = new URL(url);
      address.pathname = `/${name}`;
      return address.href;
    },
    async counted(work, database = 'bench') {
      const before = await read(database);
      const result = await work();
      const after = await read(database);
      return {
        result,
        statements: after.statements - before.statements,
        commits: after.commits - before.commits,
        walBytes: after.walBytes - before.walBytes,
      };
    },
    async stop() {
      await admin.end();
      await server.stop();
    },
  };
}
