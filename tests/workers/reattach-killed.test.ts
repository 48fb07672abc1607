import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { rabbitmq } from '../../src/adapters/rabbitmq/index.js';
import { describeBroker } from '../support/brokers.js';
import { describePostgres } from '../support/postgres.js';
import { type flows, type Held, ledgerSet } from './ledger-flows.js';
import { engineOf } from './ledger-rig.js';
import { startWorker } from './rig.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'flowproof-engine-'));
const program = join(directory, 'engine.cjs');
const DOORS = {
  flowproof: 'index',
  'flowproof/workers': 'workers/index',
  'flowproof/rabbitmq': 'adapters/rabbitmq/index',
  'flowproof/postgres': 'adapters/postgres/index',
};

beforeAll(async () => {
  await build({
    ...{ entryPoints: [at('engine-program.ts')], outfile: program, bundle: true, format: 'cjs', platform: 'node', target: 'node20' },
    alias: Object.fromEntries(Object.entries(DOORS).map(([door, file]) => [door, at(`../../src/${file}.ts`)])),
    ...{ external: ['pg-native'], tsconfig: at('../../tsconfig.build.json'), logLevel: 'error' },
  });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describePostgres('an engine on PostgreSQL and RabbitMQ that is killed', (database) => {
  describeBroker('rabbitmq', 'while a worker has a call of it', (server) => {
    let runs = 0;
    /** A run of its own, in a schema and with queues of its own. */
    function place() {
      const prefix = `killed${process.pid}.${runs++}`;
      const url = new URL(database().url);
      const persistence = postgres(url.href, { schema: `killed_${runs}` });
      const transport = rabbitmq(server().url, { prefix });
      const forked = (...args: readonly string[]): ChildProcess => {
        const child = fork(program, [args[0] ?? '', server().url, prefix, url.href, ...args.slice(1), `killed_${runs}`]);
        onTestFinished(() => void child.kill('SIGKILL'));
        return child;
      };
      return { persistence, transport, forked, next: () => engineOf({ persistence, transport }) };
    }

    async function held(name: keyof typeof flows, isWell: boolean, until: number) {
      const { forked, ...rest } = place();
      const calls: Held[] = [];
      const one = await startWorker(ledgerSet('one', calls), { transport: rest.transport });
      const engine = forked('engine', name, String(isWell));
      await vi.waitUntil(() => calls.length === 1);
      if (until === 2) calls[0]?.end();
      await vi.waitUntil(() => calls.length === until);
      return { ...rest, calls, one, engine };
    }

    test('the call goes on, and is made once', { timeout: 180_000 }, async () => {
      const { calls, engine, next } = await held('story', true, 1);
      engine.kill('SIGKILL');
      await once(engine, 'exit');
      const second = next();
      const running = second.goOn();
      await vi.waitUntil(() => second.words.includes('FOUND'));
      calls[0]?.end();
      expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'one' } });
      expect(calls).toHaveLength(1);
    });

    test('what is being undone goes on, and is undone once', { timeout: 180_000 }, async () => {
      const { calls, engine, next } = await held('story', false, 2);
      engine.kill('SIGKILL');
      await once(engine, 'exit');
      const second = next();
      const running = second.goOn();
      await vi.waitUntil(() => second.words.includes('FOUND'));
      calls[1]?.end();
      expect(await running).toMatchObject({ state: 'REVERTED' });
      expect(calls.map(({ phase }) => phase)).toEqual(['execute', 'revert']);
    });

    test('an answer that it had, and did not write down, counts', { timeout: 180_000 }, async () => {
      const { calls, engine, next, one } = await held('once', true, 1);
      engine.kill('SIGSTOP');
      calls[0]?.end();
      await vi.waitUntil(() => one.state().inHand === 0);
      engine.kill('SIGKILL');
      await once(engine, 'exit');
      expect(await next().goOn('once')).toMatchObject({ state: 'SUCCESS' });
      expect(calls).toHaveLength(1);
    });

    test('with its worker: the call is made twice at most, as onInterrupted says', { timeout: 180_000 }, async () => {
      for (const name of ['story', 'once'] as const) {
        const { forked, transport, next } = place();
        const doomed = forked('worker');
        await once(doomed, 'message');
        const engine = forked('engine', name, 'true');
        await once(doomed, 'message');
        for (const process of [engine, doomed]) process.kill('SIGKILL');
        const calls: Held[] = [];
        await startWorker(ledgerSet('other', calls), { transport });
        const running = next().goOn(name);
        await vi.waitUntil(() => calls.length === 1);
        calls[0]?.end();
        expect((await running).state).toBe(name === 'story' ? 'SUCCESS' : 'REVERTED');
        expect(calls.map(({ phase }) => phase)).toEqual([name === 'story' ? 'execute' : 'revert']);
      }
    });
  });
});
