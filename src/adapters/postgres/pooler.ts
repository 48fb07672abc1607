import { randomUUID } from 'node:crypto';
import { pooled } from '../../sql/index.js';
import type { PgClient } from './pg-pool.js';

export interface GreetParams {
  /** What is set for the life of the connection: value by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Another connection, and what ends it. */
  another(): Promise<{ readonly client: Pick<PgClient, 'query'>; end(): Promise<unknown> }>;
}

/**
 * Sets what a new connection of ours needs, if it is ours alone: else that would come to others, and theirs to us. A pooler
 * that keeps a connection for one client for as long as that stays is none the worse.
 *
 * @throws PersistenceError `STORE_POOLER`
 */
export async function greet(client: PgClient, { settings, another }: GreetParams): Promise<void> {
  const set = Object.entries(settings)
    .map(([name, value]) => `set_config('${name}', '${value}', false)`)
    .join(' || ');
  // The backend as it was named in the greeting, which pg's types don't have: a pooler in between names another one.
  const greeted = Number((client as { readonly processID?: number | null }).processID ?? 0);
  const { rows } = await client.query({
    text: `select pg_backend_pid() as pid, case when pg_backend_pid() = ${greeted} then ${set} end as settings`,
  });
  if ((rows[0] as { readonly pid: number }).pid === greeted) return;
  if (await isShared(client, another)) throw pooled();
  await client.query({ text: `select ${set}` });
}

/** Whether what one connection has set is seen by another one: poolers lend the one that was used last. */
async function isShared(client: PgClient, another: GreetParams['another']): Promise<boolean> {
  const mark = randomUUID();
  const other = await another();
  try {
    await client.query({ text: `select set_config('flowproof.mark', '${mark}', false)` });
    const { rows } = await other.client.query({ text: `select current_setting('flowproof.mark', true) as mark` });
    return (rows[0] as { readonly mark: string | null }).mark === mark;
  } finally {
    await other.end();
  }
}
