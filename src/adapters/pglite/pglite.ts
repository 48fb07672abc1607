import type { Capabilities, Persistence } from '../../persistence/index.js';
import { type Connections, DEFAULT_SCHEMA, MAX_STEP_BYTES, quoted, type Sql, SqlJournal } from '../../sql/index.js';
import { type PgliteDatabase, PgliteSql } from './pglite-sql.js';
import { PgliteStore } from './pglite-store.js';

export interface PgliteOptions {
  /** Where the tables are, and nothing else should be. Default: `flowproof`. */
  readonly schema?: string;
  /** Whether opening brings the schema up to date. Default: true. */
  readonly migrate?: boolean;
  /** The largest step that is kept, bytes of JSON; a larger one is refused. Default: 16 MiB. */
  readonly maxStepBytes?: number;
}

/** PGlite runs with `fsync` off: what it has acknowledged survives the end of the process, not of the machine. */
const CAPABILITIES: Capabilities = {
  outlivesProcess: true,
  powerSafe: false,
  multiProcess: false,
  transactional: false,
  serverClock: true,
};

/**
 * Keeps runs in PGlite, PostgreSQL inside this process: the tables of `flowproof/postgres` without a server. Survives
 * SIGKILL, but not a loss of power; for that take `file` or `postgres`.
 *
 * @param source A directory, which is made when it is missing and is for one process at a time; or a PGlite of yours,
 * which is used as it is and never closed, and which you keep to one process.
 *
 * Opening throws PersistenceError `STORE_LOCKED` while another process has the directory.
 *
 * @example
 * ```ts
 * import { flowproof } from 'flowproof';
 * import { pglite } from 'flowproof/pglite';
 * const app = flowproof({ persistence: pglite('./.flowproof-pglite'), flows: [] });
 * await app.stop();
 * ```
 */
export function pglite(source: string | PgliteDatabase, options: PgliteOptions = {}): Persistence {
  const { schema = DEFAULT_SCHEMA, migrate = true, maxStepBytes = MAX_STEP_BYTES } = options;
  quoted(schema);
  const enter = typeof source === 'string' ? ofDirectory(source, schema) : async () => new PgliteSql(source, async () => undefined);
  const params = { schema, migrate, maxStepBytes, capabilities: CAPABILITIES, connect: async () => connections(await enter()) };
  return { kind: 'pglite', connect: () => new SqlJournal(params) };
}

/** Whoever had the directory before is gone: its leases are over, so that what it left is taken up at once. */
function ofDirectory(directory: string, schema: string): () => Promise<Sql> {
  const store = new PgliteStore(directory, async (database) => {
    const { rows } = await database.query('select to_regclass($1) is not null as there', [`${quoted(schema)}.leases`]);
    if ((rows[0] as { readonly there: boolean }).there) await database.query(`delete from ${quoted(schema)}.leases`);
  });
  return async () => new PgliteSql(await store.enter(), () => store.leave());
}

/** One lane, as there is one backend; `own`, as no other transaction is ever in the way. */
function connections(sql: Sql): Connections {
  return { sql, lanes: [sql], own: true, close: () => sql.close() };
}
