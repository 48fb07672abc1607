import type { ConnectionOptions } from 'node:tls';
import type { KyselyDatabase } from './kysely-sql.js';
import type { PgPool } from './pg-pool.js';

/** A database for connections of the journal's own, with more than a URL can say. */
export interface PostgresConnection {
  /** The URL of the database. */
  readonly connectionString: string;
  /** In place of the URL's. A function is asked for each new connection: for tokens that expire, such as those of a cloud. */
  readonly password?: string | (() => string | Promise<string>);
  /** As of `pg`: `true`, or options of TLS such as `{ ca }`. Default: what the URL says. */
  readonly ssl?: boolean | ConnectionOptions;
}

/** Where the tables are: a database for connections of the journal's own, or a pool or Kysely of the user's. */
export type PostgresSource = string | PostgresConnection | PgPool | KyselyDatabase;

/** What own connections are made with; nothing where they are the user's. */
export function ownConnection(source: PostgresSource): PostgresConnection | undefined {
  if (typeof source === 'string') return { connectionString: source };
  return 'connectionString' in source ? source : undefined;
}
