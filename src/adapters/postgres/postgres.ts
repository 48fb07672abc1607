import pg from 'pg';
import type { Persistence } from '../../persistence/index.js';
import { type KyselyDatabase, KyselySql } from './kysely-sql.js';
import { quoted } from './migrate.js';
import { type PgPool, PoolSql } from './pool-sql.js';
import { PostgresJournal } from './postgres-journal.js';
import type { Sql } from './sql.js';

export interface PostgresOptions {
  /** Where the tables are, and nothing else should be. Default: `flowproof`. */
  readonly schema?: string;
  /** Whether opening brings the schema up to date. Default: true. With false, a schema that is behind is an error. */
  readonly migrate?: boolean;
}

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;

/**
 * Plans once per statement: planning anew each time costs more than the insert. No sequential scans: a plan that was
 * made while the table was empty would keep scanning it when it is not. No endless wait for somebody's transaction.
 */
const SETTINGS = 'set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set lock_timeout = 2000';

/**
 * Keeps runs in PostgreSQL: any number of processes at once.
 *
 * @param source The URL of a database, for connections of its own (at most 4, tuned for the journal); or your pool of
 * `pg`, or your Kysely, which are used as they are and never closed.
 *
 * Opening throws PersistenceError `STORE_UNREACHABLE`, or `STORE_SCHEMA` when the tables are not what this version needs.
 *
 * @example
 * ```ts
 * import { flowproof } from 'flowproof';
 * import { postgres } from 'flowproof/postgres';
 * const app = flowproof({ persistence: postgres('postgres://localhost/shop', { schema: 'flows' }), flows: [] });
 * await app.stop();
 * ```
 */
export function postgres(source: string | PgPool | KyselyDatabase, options: PostgresOptions = {}): Persistence {
  const { schema = 'flowproof', migrate = true } = options;
  quoted(schema);
  return { kind: 'postgres', connect: () => new PostgresJournal({ schema, migrate, connect: () => connect(source) }) };
}

function connect(source: string | PgPool | KyselyDatabase): Sql {
  if (typeof source !== 'string') return 'executeQuery' in source ? new KyselySql(source) : new PoolSql(source, { own: false });
  const pool = new pg.Pool({
    connectionString: source,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    fallback_application_name: 'flowproof',
    keepAlive: true,
    allowExitOnIdle: true,
  });
  return new PoolSql(pool, { own: true, settings: SETTINGS });
}
