import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { describePostgres } from '../support/postgres.js';
import type { CLIENTS, DEATHS, Deed } from './transaction-process.js';
import { holdCommits, ordersOf, SHOP, sharedCommits, statesOf, waiting } from './transaction-rig.js';

const DIRECTORY = fileURLToPath(new URL('../../build/transactions', import.meta.url));
const PROGRAM = `${DIRECTORY}/process.mjs`;

interface Doing {
  readonly child: ChildProcess;
  /** What it printed, when it is gone. */
  readonly end: Promise<unknown>;
}

function doing(deed: Deed): Doing {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(deed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  if (child.stdout === null) throw new Error('no output');
  const end = text(child.stdout).then(async (said) => {
    await exited;
    return said === '' ? child.signalCode : JSON.parse(said);
  });
  return { child, end };
}

describePostgres('SIGKILL around a COMMIT', (database) => {
  beforeAll(async () => {
    await database().admin.query(SHOP);
    mkdirSync(DIRECTORY, { recursive: true });
    const entryPoints = [fileURLToPath(new URL('./transaction-process.ts', import.meta.url))];
    await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', packages: 'external', outfile: PROGRAM, logLevel: 'error' });
  });

  const deed = (id: string, more: Partial<Deed> = {}): Deed => ({ url: database().url, id, by: 'kysely', inTransaction: true, ...more });

  /** The row and SUCCESS, both or neither. */
  async function agreed(id: string): Promise<boolean> {
    const [orders, [state]] = [await ordersOf(database(), id), await statesOf(database(), id)];
    expect([orders.length, state]).toEqual(orders.length === 1 ? [1, 'SUCCESS'] : [0, 'RUNNING']);
    return orders.length === 1;
  }

  // Importing the program would run it.
  const clients: readonly (typeof CLIENTS)[number][] = ['kysely', 'pool', 'client', 'drizzle'];
  const deaths: readonly (typeof DEATHS)[number][] = ['before-begin', 'before-row', 'before-step', 'before-commit', 'after-commit'];

  describe.each(clients)('by %s', (by) => {
    // Drizzle's transaction is the pool's.
    test.each(
      deaths.filter((dies) => by !== 'drizzle' || dies.endsWith('commit')),
    )('%s: both or neither are there, and in the end both, once', async (dies) => {
      const id = `${by} ${dies}`;
      expect(await doing(deed(id, { by, dies })).end).toBe('SIGKILL');
      const isThere = dies === 'after-commit';
      expect(await agreed(id)).toBe(isThere);
      const attempt = isThere ? 1 : 2;
      expect(await doing(deed(id, { by })).end).toMatchObject({ state: 'SUCCESS', results: { orderId: `${id} of ${attempt}` } });
      expect(await ordersOf(database(), id)).toMatchObject([{ attempt }]);
      expect(await sharedCommits(database(), id)).toEqual([{ orders: 1, entries: 1 }]);
    });

    test('inside COMMIT: whoever takes over waits for it, and does not do it again', async () => {
      const id = `slow ${by}`;
      const slow = await holdCommits(database().url);
      const killed = doing(deed(id, { by }));
      await waiting(database(), 'advisory');
      killed.child.kill('SIGKILL');
      expect(await killed.end).toBe('SIGKILL');
      const other = doing(deed(id, { by }));
      await waiting(database(), 'transactionid');
      await slow.letGo();
      expect(await other.end).toMatchObject({ state: 'SUCCESS', results: { orderId: `${id} of 1` } });
      expect(await ordersOf(database(), id)).toMatchObject([{ attempt: 1 }]);
      expect(await sharedCommits(database(), id)).toEqual([{ orders: 1, entries: 1 }]);
    });
  });

  test('the same task without a transaction writes its row twice (control)', async () => {
    expect(await doing(deed('twice', { dies: 'before-commit', inTransaction: false })).end).toBe('SIGKILL');
    expect([(await ordersOf(database(), 'twice')).length, await statesOf(database(), 'twice')]).toEqual([1, ['RUNNING']]);
    expect(await doing(deed('twice', { inTransaction: false })).end).toMatchObject({ state: 'SUCCESS' });
    expect(await ordersOf(database(), 'twice')).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
  });
});
