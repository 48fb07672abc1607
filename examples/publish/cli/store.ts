import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { file, type Persistence } from 'flowproof';
import { UsageError } from './usage.js';

/** Where the runs are kept. */
export type StoreChoice = { readonly kind: 'file' | 'postgres' } | { readonly kind: 'database'; readonly url: string };

export interface OpenStore {
  readonly persistence: Persistence;
  close(): Promise<void>;
}

/** Tells stores apart, without a password in it. */
export function storeName(choice: StoreChoice): string {
  if (choice.kind !== 'database') return choice.kind;
  const { host, pathname } = new URL(choice.url);
  return `${host}${pathname}`;
}

/** The one place that knows which store it is. PostgreSQL's client is loaded only when it is wanted. */
export async function openStore(choice: StoreChoice, root: string): Promise<OpenStore> {
  if (choice.kind === 'file') return { persistence: file(join(root, 'journal')), close: async () => undefined };
  const { postgres } = await import('flowproof/postgres');
  if (choice.kind === 'database') return { persistence: postgres(choice.url), close: async () => undefined };
  const server = await ownPostgres(join(root, 'postgres'));
  return { persistence: postgres(server.url), close: () => server.stop() };
}

const PATIENCE_MS = 10_000;

/** A server with its data in `directory`: it ends with this process, its data stays. */
async function ownPostgres(directory: string) {
  // The server of a demo that was killed needs a moment to end.
  const end = Date.now() + PATIENCE_MS;
  while (existsSync(join(directory, 'data', 'postmaster.pid')) && Date.now() < end) await sleep(50);
  const { startPostgres } = await import('../../../scripts/postgres.js');
  try {
    return await startPostgres({ dataDir: directory });
  } catch (error) {
    throw new UsageError(`PostgreSQL can't be started here, so use --database with one of yours: ${(error as Error).message}`);
  }
}
