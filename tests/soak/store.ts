import { file } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

/** How an engine gets to PostgreSQL: connections of its own, the user's pool, the user's Kysely. */
export type Way = 'url' | 'pool' | 'kysely';

/** Where an engine keeps its runs. */
export type Store =
  | { readonly kind: Way; readonly url: string }
  | { readonly kind: 'file'; readonly directory: string; readonly segmentBytes: number };

/** Connections that the network has swallowed are not used for ever. */
const POOL = { max: 4, connectionTimeoutMillis: 5_000, query_timeout: 20_000, maxLifetimeSeconds: 20 } as const;

export function persistenceOf(store: Store) {
  switch (store.kind) {
    case 'url':
      return postgres(store.url);
    case 'pool':
      // Nobody listens to its errors: the store is to do that.
      return postgres(new pg.Pool({ connectionString: store.url, ...POOL }));
    case 'kysely':
      return postgres(kyselyOf<object>(store.url));
    case 'file':
      return file(store.directory, { segmentBytes: store.segmentBytes });
  }
}

/** A user's Kysely, whose user has read that connections need somebody who listens. */
export function kyselyOf<Tables>(url: string): Kysely<Tables> {
  const pool = new pg.Pool({ connectionString: url, ...POOL });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
