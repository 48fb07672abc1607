import pg from 'pg';
import { type Connections, LANE_LOCK_TIMEOUT_MS, type LockClient } from '../../sql/index.js';
import { Connection, type OwnClient } from './connection.js';
import { type KyselyDatabase, KyselySql } from './kysely-sql.js';
import { type PgPool, PoolSql } from './pool-sql.js';
import { greet } from './pooler.js';

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;

/**
 * Plans once per statement: planning anew each time costs more than the insert. No sequential scans: a plan that was
 * made while the table was empty would keep scanning it when it is not. No endless wait for somebody's transaction.
 */
const SETTINGS = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off', lock_timeout: '2000' } as const;

const LANE_SETTINGS = Object.entries({ ...SETTINGS, lock_timeout: `${LANE_LOCK_TIMEOUT_MS}` })
  .map(([name, value]) => `set ${name} = ${value}`)
  .join('; ');

/** What lends connections in between: `transaction`: for a transaction at a time. `none`: nobody, or for as long as we stay. */
export type Pooler = 'none' | 'transaction';

export interface ConnectParams {
  readonly source: string | PgPool | KyselyDatabase;
  readonly lanes: number;
  readonly pooler: Pooler;
}

export function connect({ source, lanes, pooler }: ConnectParams): Connections {
  if (typeof source === 'string') return pooler === 'none' ? connectDirectly(source, lanes) : connectByPooler(source, lanes);
  const sql = 'executeQuery' in source ? new KyselySql(source) : new PoolSql(source, { own: false });
  return { sql, lanes: Array.from({ length: lanes }, () => sql), own: false, close: () => sql.close() };
}

function connectDirectly(url: string, lanes: number): Connections {
  const client = () => new pg.Client(configOf(url)) as OwnClient & LockClient;
  const another = async () => {
    const other = client();
    other.on('error', ignore);
    await other.connect();
    return { client: other, end: () => other.end() };
  };
  const sql = new PoolSql(poolOf(url, CONNECTIONS), { own: true, greet: (fresh) => greet(fresh, { settings: SETTINGS, another }) });
  const connections = Array.from({ length: lanes }, () => new Connection({ client, settings: LANE_SETTINGS }));
  return {
    sql,
    lanes: connections,
    own: true,
    lockClient: client,
    within,
    async close() {
      await Promise.all([sql.close(), ...connections.map((lane) => lane.close())]);
    },
  };
}

/** Nothing is left on a connection, as somebody else has it next: no settings, no prepared statements, no lock. */
function connectByPooler(url: string, lanes: number): Connections {
  const sql = new PoolSql(poolOf(url, CONNECTIONS + lanes), { own: true, prepares: false });
  return { sql, lanes: Array.from({ length: lanes }, () => sql), own: false, within, close: () => sql.close() };
}

function poolOf(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ ...configOf(url), max, allowExitOnIdle: true });
  // One that ends with its greeting is nobody's yet: not the pool's any more, and not handed out.
  pool.on('connect', (fresh) => fresh.on('error', ignore));
  return pool;
}

function configOf(connectionString: string) {
  return {
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    fallback_application_name: 'flowproof',
    keepAlive: true,
  };
}

const within = (transaction: unknown) => new KyselySql(transaction as KyselyDatabase);

const ignore = (): void => undefined;
