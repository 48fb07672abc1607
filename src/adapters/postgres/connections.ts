import pg from 'pg';
import { type KyselyDatabase, KyselySql } from './kysely-sql.js';
import type { LockClient } from './owner-lock.js';
import { type PgPool, PoolSql } from './pool-sql.js';
import type { Sql } from './sql.js';

/** What one journal works with. */
export interface Connections {
  readonly sql: Sql;
  /** A connection for a lock that ends with the process: only where connections are ours. */
  readonly lockClient?: () => LockClient;
}

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;

/**
 * Plans once per statement: planning anew each time costs more than the insert. No sequential scans: a plan that was
 * made while the table was empty would keep scanning it when it is not. No endless wait for somebody's transaction.
 */
const SETTINGS = 'set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set lock_timeout = 2000';

export function connect(source: string | PgPool | KyselyDatabase): Connections {
  if (typeof source !== 'string') return { sql: 'executeQuery' in source ? new KyselySql(source) : new PoolSql(source, { own: false }) };
  const config = {
    connectionString: source,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    fallback_application_name: 'flowproof',
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...config, max: CONNECTIONS, allowExitOnIdle: true });
  return {
    sql: new PoolSql(pool, { own: true, settings: SETTINGS }),
    lockClient: () => new pg.Client(config) as pg.Client & LockClient,
  };
}
