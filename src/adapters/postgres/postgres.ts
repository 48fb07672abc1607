import type { Persistence } from '../../persistence/index.js';
import { connect } from './connections.js';
import type { KyselyDatabase } from './kysely-sql.js';
import { quoted } from './migrate.js';
import type { PgPool } from './pool-sql.js';
import { PostgresJournal } from './postgres-journal.js';

export interface PostgresOptions {
  /** Where the tables are, and nothing else should be. Default: `flowproof`. */
  readonly schema?: string;
  /** Whether opening brings the schema up to date. Default: true. With false, a schema that is behind is an error. */
  readonly migrate?: boolean;
}

/**
 * Keeps runs in PostgreSQL: any number of processes at once.
 *
 * @param source The URL of a database, for connections of its own, tuned for the journal, one of which tells others within
 * milliseconds when this process dies; or your pool of `pg`, or your Kysely, which are used as they are and never closed.
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
