import pg from 'pg';
import { asPersistenceError, type Connections, channelOf, LANE_LOCK_TIMEOUT_MS, LockSession, quoted } from '../../sql/index.js';
import { CHANGING_MS, CONNECTING_MS } from './bounds.js';
import { Connection } from './connection.js';
import { isKysely, type KyselyDatabase, KyselySql } from './kysely-sql.js';
import { Lane } from './lane.js';
import { OwnClient } from './own-client.js';
import type { PgPool, PgSession } from './pg-pool.js';
import { PoolSql } from './pool-sql.js';
import { greet } from './pooler.js';
import { SessionStatements } from './session-statements.js';
import { ownConnection, type PostgresConnection, type PostgresSource } from './source.js';

const CONNECTIONS = 4;

/**
 * Plans once per statement: planning anew each time costs more than the insert. No sequential scans: a plan that was
 * made while the table was empty would keep scanning it when it is not; where there is no other way the planner takes that
 * for a large cost, which compiling (50 ms) would not repay. No endless wait for another transaction.
 */
const SETTINGS = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off', jit: 'off', lock_timeout: '2000' } as const;

const LANE_SETTINGS = Object.entries({ ...SETTINGS, lock_timeout: `${LANE_LOCK_TIMEOUT_MS}` })
  .map(([name, value]) => `set ${name} = ${value}`)
  .join('; ');

/** What lends connections in between: `transaction`: for a transaction at a time. `none`: they are ours until they are closed. */
export type Pooler = 'none' | 'transaction';

export interface ConnectParams {
  readonly source: PostgresSource;
  readonly lanes: number;
  readonly pooler: Pooler;
  /** Of all that connect directly, see {@link lockSession}. */
  readonly locks?: LockSession;
}

export function connect(params: ConnectParams): Connections {
  const { source, lanes, pooler } = params;
  const own = ownConnection(source);
  if (own !== undefined) return pooler === 'none' ? connectDirectly(own, params) : connectByPooler(own, lanes);
  const sql = isKysely(source) ? new KyselySql(source) : new PoolSql(source as PgPool, { own: false });
  return { sql, lanes: Array.from({ length: lanes }, () => sql), own: false, close: () => sql.close() };
}

function connectDirectly(to: PostgresConnection, { lanes, locks }: Pick<ConnectParams, 'lanes' | 'locks'>): Connections {
  const client = () => new OwnClient(configOf(to));
  const another = async () => {
    const other = client();
    other.on('error', ignore);
    await other.connect();
    return { client: other, end: () => other.end() };
  };
  const sql = new PoolSql(poolOf(to, CONNECTIONS), { own: true, greet: (fresh) => greet(fresh, { settings: SETTINGS, another }) });
  const refused = warningOnce();
  const own = Array.from(
    { length: lanes },
    () => new Lane({ own: new Connection({ client, settings: LANE_SETTINGS }), pool: sql, refused }),
  );
  return {
    sql,
    lanes: own,
    own: true,
    ...(locks === undefined ? {} : { locks }),
    within,
    async close() {
      await Promise.all([sql.close(), ...own.map((lane) => lane.close())]);
    },
  };
}

/** A session for the locks of all apps that share a persistence. @param schema as the user wrote it */
export function lockSession(to: PostgresConnection, schema: string): LockSession {
  return new LockSession({ schema: quoted(schema), channel: quoted(channelOf(schema)), connect: () => new OwnClient(configOf(to)) });
}

/** Nothing is left on a connection, as another client has it next: no settings, no prepared statements, no lock. */
function connectByPooler(to: PostgresConnection, lanes: number): Connections {
  const sql = new PoolSql(poolOf(to, CONNECTIONS + lanes), { own: true, prepares: false });
  return { sql, lanes: Array.from({ length: lanes }, () => sql), own: false, within, close: () => sql.close() };
}

function poolOf(to: PostgresConnection, max: number): pg.Pool {
  return new pg.Pool({ ...configOf(to), Client: OwnClient, max, allowExitOnIdle: true });
}

function configOf({ connectionString, password, ssl }: PostgresConnection) {
  return {
    connectionString,
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl }),
    connectionTimeoutMillis: CONNECTING_MS,
    fallback_application_name: 'flowproof',
    keepAlive: true,
  };
}

/** Says once why steps are slow. */
function warningOnce(): (error: unknown) => void {
  let isWarned = false;
  return (error) => {
    if (isWarned) return;
    isWarned = true;
    const text = `${asPersistenceError(error).message}. Meanwhile steps share the connections that the app has, and are slower`;
    process.emitWarning(text, { type: 'FlowproofWarning', code: 'STORE_UNREACHABLE' });
  };
}

/** How long it waits for others is what that transaction says. */
const within = (transaction: unknown) =>
  isKysely(transaction as KyselyDatabase | PgSession)
    ? new KyselySql(transaction as KyselyDatabase, CHANGING_MS)
    : new SessionStatements(transaction as PgSession);

const ignore = (): void => undefined;
