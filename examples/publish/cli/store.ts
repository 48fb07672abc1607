import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { file, type Persistence } from 'flowproof';
import { isAlive } from './alive.js';
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

/** A server with its data in `directory`: it ends with this process, its data stays. */
async function ownPostgres(directory: string) {
  await endOfServer(join(directory, 'data', 'postmaster.pid'));
  const { startPostgres } = await import('../../../scripts/postgres.js');
  try {
    return await startPostgres({ dataDir: directory });
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new UsageError(`PostgreSQL can't be started here, so use --database with one of yours: ${reason}`);
  }
}

const PATIENCE_MS = 5_000;

/** The server of a demo that was killed needs a moment to end. */
async function endOfServer(pidFile: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
    if (Number.isNaN(pid) || !isAlive(pid)) return;
    if (Date.now() > end) throw new UsageError('another demo is using the PostgreSQL of this directory: wait until it has ended');
  }
}
