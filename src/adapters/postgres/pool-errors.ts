import type { PgPool } from './pg-pool.js';

const heard = new WeakSet<PgPool>();

const ignore = (): void => undefined;

/**
 * Keeps errors of a pool's connections from ending the process, as they do without a listener. Of an idle connection: the
 * next query gets another one. Of one that ends while it is greeted: it is not handed out.
 * One listener of each kind for a pool, however many journals use it. They stay: connections that a journal gave back may
 * end after the journal.
 */
export function listenTo(pool: PgPool): void {
  if (heard.has(pool)) return;
  heard.add(pool);
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
}
