import pg from 'pg';
import { type Connections, LANE_LOCK_TIMEOUT_MS, type LockClient } from '../../sql/index.js';
import { Connection, type OwnClient } from './connection.js';
import { type KyselyDatabase, KyselySql } from './kysely-sql.js';
import { type PgPool, PoolSql } from './pool-sql.js';

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;

/**
 * Plans once per statement: planning anew each time costs more than the insert. No sequential scans: a plan that was
 * made while the table was empty would keep scanning it when it is not. No endless wait for somebody's transaction.
 */
const SETTINGS = 'set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set lock_timeout = 2000';

const LANE_SETTINGS = `${SETTINGS}; set lock_timeout = ${LANE_LOCK_TIMEOUT_MS}`;

export interface ConnectParams {
  readonly source: string | PgPool | KyselyDatabase;
  readonly lanes: number;
}

export function connect({ source, lanes }: ConnectParams): Connections {
  if (typeof source !== 'string') {
    const sql = 'executeQuery' in source ? new KyselySql(source) : new PoolSql(source, { own: false });
    return { sql, lanes: Array.from({ length: lanes }, () => sql), own: false, close: () => sql.close() };
  }
  const config = {
    connectionString: source,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    fallback_application_name: 'flowproof',
    keepAlive: true,
  };
  const client = () => new pg.Client(config) as OwnClient & LockClient;
  const pool = new pg.Pool({ ...config, max: CONNECTIONS, allowExitOnIdle: true });
  // One that ends with its greeting is nobody's yet: not the pool's any more, and not handed out.
  pool.on('connect', (fresh) => fresh.on('error', () => undefined));
  const sql = new PoolSql(pool, { own: true, settings: SETTINGS });
  const connections = Array.from({ length: lanes }, () => new Connection({ client, settings: LANE_SETTINGS }));
  return {
    sql,
    lanes: connections,
    own: true,
    lockClient: client,
    within: (transaction) => new KyselySql(transaction as KyselyDatabase),
    async close() {
      await Promise.all([sql.close(), ...connections.map((lane) => lane.close())]);
    },
  };
}
