import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, guardAgainstOrphans } from '../scripts/postgres.js';

/** A Redis of our own, on loopback, that appends every write to a file. */
export interface RunningRedis {
  readonly url: string;
  /** Version and what decides about times. */
  readonly told: string;
  stop(): Promise<void>;
}

/** When a write is flushed to the disk: before it is answered, or within a second. */
export type AppendFsync = 'always' | 'everysec';

/** @throws Error when there is no `redis-server` here. */
export async function startRedis(appendfsync: AppendFsync): Promise<RunningRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'flowproof-redis-'));
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'yes', appendfsync, 'maxmemory-policy': 'noeviction' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => server.once('exit', resolve).once('error', resolve));
  let version = '';
  let ready = false;
  try {
    await once(server, 'spawn');
    for await (const line of createInterface({ input: server.stdout })) {
      version = /Redis version=([\d.]+)/.exec(line)?.[1] ?? version;
      ready = line.includes('Ready to accept connections');
      if (ready) break;
    }
    if (!ready) throw new Error('redis-server ended before it was ready');
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error('there is no redis-server here that starts', { cause: error });
  }
  server.stdout.resume();
  const guard = guardAgainstOrphans(Number(server.pid), directory);
  return {
    url: `redis://127.0.0.1:${port}`,
    told: `Redis ${version} over TCP on loopback, appendonly=yes appendfsync=${appendfsync}`,
    async stop() {
      server.kill('SIGTERM');
      await exited;
      guard.stdin?.end();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
