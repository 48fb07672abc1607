import type { Capabilities, Persistence } from '../../persistence/index.js';
import { DEFAULT_SCHEMA, MAX_STEP_BYTES, quoted, SqlJournal, SqlReader } from '../../sql/index.js';
import { connect, lockSession, type Pooler } from './connect.js';
import { ownConnection, type PostgresSource } from './source.js';

export interface PostgresOptions {
  /** Where the tables are, and nothing else should be. Default: `flowproof`. */
  readonly schema?: string;
  /** Whether opening brings the schema up to date. Default: true. With false, a schema that is behind is an error. */
  readonly migrate?: boolean;
  /**
   * How many statements with steps may be on their way at once; steps that come meanwhile share the next one.
   * Default: 2. With more than a millisecond a commit, 4 are faster.
   */
  readonly lanes?: number;
  /**
   * What is between a URL and PostgreSQL: `transaction` for a pooler that lends connections for one transaction at a time,
   * such as PgBouncer in that mode. Then nothing is set or prepared on a connection, and a dead process is seen when its
   * lease is over. Default: `none`; such a pooler is then an error, `STORE_POOLER`.
   */
  readonly pooler?: Pooler;
  /**
   * Whether runs are only looked at, such as on a replica: `runs`, `logbooks`, `inspect` and handles work, and whatever would write is
   * refused with `STORE_READ_ONLY`. Nothing is migrated, nothing recovered, and who is alive is not known. A replica shows what it
   * has been sent so far. Default: false.
   */
  readonly readOnly?: boolean;
  /** The largest step that is sent, bytes of JSON; a larger one is refused. Default: 16 MiB. */
  readonly maxStepBytes?: number;
}

const CAPABILITIES: Omit<Capabilities, 'transactional'> = { outlivesProcess: true, powerSafe: true, multiProcess: true, serverClock: true };
const LANES = 2;

/**
 * Keeps runs in PostgreSQL: any number of processes at once.
 *
 * @param source The URL of a database, or {@link PostgresConnection} with a password that is asked for or with TLS, for connections of its own, tuned for the journal, one of which tells others within
 * milliseconds when this process dies, and which `transaction` needs; or your pool of `pg`, or your Kysely, which are used as they are and never closed.
 *
 * Opening throws PersistenceError `STORE_UNREACHABLE`, `STORE_SCHEMA` when the tables are not what this version needs, or
 * `STORE_POOLER` behind a pooler that was not named.
 *
 * @example
 * ```ts
 * import { flowproof } from 'flowproof';
 * import { postgres } from 'flowproof/postgres';
 * const app = flowproof({ persistence: postgres('postgres://localhost/shop', { schema: 'flows' }), flows: [] });
 * await app.stop();
 * ```
 */
export function postgres(source: PostgresSource, options: PostgresOptions = {}): Persistence {
  const { schema = DEFAULT_SCHEMA, migrate = true, lanes = LANES, pooler = 'none', maxStepBytes = MAX_STEP_BYTES } = options;
  quoted(schema);
  if (!Number.isInteger(lanes) || lanes < 1) throw new TypeError(`lanes is ${lanes}: it must be an integer from 1`);
  if (options.readOnly === true) {
    const capabilities = { ...CAPABILITIES, transactional: false };
    const params = { schema, capabilities, connect: async () => connect({ source, lanes: 0, pooler }) };
    return { kind: 'postgres', connect: () => new SqlReader(params) };
  }
  // Over the user's connections, transactions that wait for the journal would hold what it waits for.
  const own = ownConnection(source);
  const capabilities = { ...CAPABILITIES, transactional: own !== undefined };
  const locks = own !== undefined && pooler === 'none' ? { locks: lockSession(own, schema) } : {};
  const params = { schema, migrate, maxStepBytes, capabilities, connect: async () => connect({ source, lanes, pooler, ...locks }) };
  return { kind: 'postgres', connect: () => new SqlJournal(params) };
}
