import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Broker } from '../../scripts/broker-programs.js';
import { nats } from '../../src/adapters/nats/index.js';
import { rabbitmq } from '../../src/adapters/rabbitmq/index.js';
import { defineTask, type EncryptionKey, flowproof, linear, memory } from '../../src/index.js';
import { remote } from '../../src/workers/index.js';
import { describeBroker } from '../support/brokers.js';
import { called, type Ended } from './program.js';

const TASKS = join(import.meta.dirname, '../fixtures/cli/tasks.mjs');
const patience = { timeout: 120_000 };

const twice = defineTask({
  name: 'twice',
  requires: ['n'],
  provides: ['result'],
  execute: async ({ n }: { n: number }): Promise<{ result: { twice: number; pid: number } }> => ({ result: { twice: n, pid: 0 } }),
});
const slow = defineTask({ name: 'slow', requires: ['ms'], execute: async (_: { ms: number }) => {} });
const doubled = linear('doubled').input<{ n: number }>().add(twice).build();
const slowly = linear('slowly').input<{ ms: number }>().add(slow).build();

const transports = { rabbitmq, nats };

interface Working {
  readonly child: ChildProcess;
  readonly app: ReturnType<typeof appOf>;
}

function appOf(broker: Broker, url: string, prefix: string, hear: (type: string) => void, keys?: readonly EncryptionKey[]) {
  const app = flowproof({
    ...{ persistence: memory(), recover: false, graceMs: 50, flows: [doubled, slowly] },
    executor: remote({ transport: transports[broker](url, { prefix, ...(keys === undefined ? {} : { keys }) }), tasks: 'cli' }),
    onEvent: ({ type }) => hear(type),
  });
  onTestFinished(() => app.stop());
  return app;
}

describeBroker('rabbitmq', 'flowproof worker, with RabbitMQ', (server) => workerTests('rabbitmq', () => server().url));
describeBroker('nats', 'flowproof worker, with NATS', (server) => workerTests('nats', () => server().url));

function workerTests(broker: Broker, url: () => string): void {
  /** What the worker says until it has ended, and what is done once it is ready. */
  async function working(
    args: readonly string[],
    act: (working: Working) => Promise<void>,
    hear: (type: string) => void = () => undefined,
    keys?: readonly EncryptionKey[],
  ) {
    const prefix = `cli${randomUUID()}`;
    let acting: Promise<void> | undefined;
    const ended = await called(['worker', TASKS, '--prefix', prefix, ...args], {
      env: { FLOWPROOF_TRANSPORT: url() },
      hear: (child, said) => {
        if (acting !== undefined || !said.includes('ready')) return;
        acting = act({ child, app: appOf(broker, url(), prefix, hear, keys) });
        acting.catch(() => child.kill('SIGKILL'));
      },
    });
    await acting;
    return ended;
  }

  const doubles = async ({ child, app }: Working): Promise<number> => {
    const run = await app.run(doubled, { inputs: { n: 21 } });
    expect(run).toMatchObject({ state: 'SUCCESS', results: { result: { twice: 42 } } });
    child.kill('SIGTERM');
    return run.state === 'SUCCESS' ? run.results.result.pid : 0;
  };

  test.each(['inline', 'threads', 'processes'] as const)('makes calls in %s until it is stopped', patience, async (on) => {
    let isItself: boolean | undefined;
    const ended = await working(['--on', on, '--concurrency', '2'], async (one) => {
      isItself = (await doubles(one)) === one.child.pid;
    });
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(
      /^ready: cli@[\da-f]{8} at \S+ \(slow, twice\)\nstopping: [01] in hand\nstopped: 1 made, 0 messages refused, 0 left to others\n$/,
    );
    expect(isItself).toBe(on !== 'processes');
  });

  test('says its state for machines', patience, async () => {
    const { out } = await working(['-o', 'json'], async (one) => void (await doubles(one)));
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { state: 'ready', worker: expect.stringMatching(/^worker\./), queue: expect.stringMatching(/^cli@/), tasks: ['slow', 'twice'] },
      { state: 'stopping', inHand: expect.any(Number) },
      { state: 'stopped', made: 1, refused: 0, left: 0 },
    ]);
  });

  test('makes calls that are sealed with the keys of the environment, and tells nobody what they are', patience, async () => {
    const [old, young] = [randomBytes(32), randomBytes(32)];
    const written = `young=${young.toString('base64')}, old=${old.toString('base64')}`;
    const ended = await working(['--keys', written], async (one) => void (await doubles(one)), undefined, [
      { id: 'old', key: old },
      { id: 'young', key: young },
    ]);
    expect(ended).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/\nstopped: 1 made, 0 messages refused/) });
  });

  /** Stops it while it has a call in hand. */
  async function stoppedInCall(ms: number, stop: (child: ChildProcess) => void): Promise<Ended> {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    return working(
      ['--grace', '1m'],
      async ({ child, app }) => {
        const handle = await app.start(slowly, { inputs: { ms } });
        await begun;
        stop(child);
        if (ms < 60_000) expect(await handle.result()).toMatchObject({ state: 'SUCCESS' });
      },
      (type) => type === 'progress' && begin(),
    );
  }

  test('ends what it has in hand when it is stopped', patience, async () => {
    const ended = await stoppedInCall(2_000, (child) => child.kill('SIGTERM'));
    expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/\nstopping: 1 in hand\nstopped: 1 made, .* 0 left to others\n$/) });
  });

  test('asked a second time it ends at once', patience, async () => {
    const ended = await stoppedInCall(3_600_000, (child) => {
      child.stdout?.on('data', (said) => String(said).includes('stopping') && child.kill('SIGINT'));
      child.kill('SIGTERM');
    });
    expect(ended).toMatchObject({ code: 1, out: expect.stringMatching(/\nstopped: 0 made, .* 1 left to others\n$/) });
  });
}

test.each([
  ['amqp://guest:secret@127.0.0.1:1', 3, /^flowproof: .* \(TRANSPORT_UNREACHABLE\)\n$/],
  ['nats://guest:secret@127.0.0.1:1', 3, /^flowproof: .* \(TRANSPORT_UNREACHABLE\)\n$/],
  ['http://guest:secret@127.0.0.1', 2, /^flowproof: http:\/\/guest:…@127.0.0.1 is no address of a broker: give amqp:.*\n$/],
  ['amqp', 2, /is no address of a broker/],
  ['nats://', 2, /nats\(url\): give a URL/],
])('%s is refused', patience, async (url, code, err) => {
  const ended = await called(['worker', TASKS, '--transport', url]);
  expect(ended).toEqual({ code, out: '', err: expect.stringMatching(err) });
  expect(ended.err).not.toContain('secret');
});

test('what is no task set, or asked wrongly, is refused in a sentence', patience, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-worker-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const written = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const wrong: readonly [readonly string[], RegExp][] = [
    [[join(folder, 'none.mjs')], /there is no .*none.mjs: TASKS names the module that exports the task set/],
    [[written('empty.mjs', '')], /its default export is absent and no task set: write export default taskSet/],
    [[written('null.mjs', 'export default null')], /its default export is null and no task set/],
    [[written('other.mjs', "export default { '~flowproof': 7 }")], /its default export is .* and no task set/],
    [[written('throws.mjs', "throw new Error('no fonts')")], /can't be loaded: Error: no fonts/],
    [[TASKS, '--concurrency', '0'], /whole number from 1/],
    [[TASKS, '--on', 'fire'], /Allowed choices are inline, threads, processes/],
    [[TASKS, '--prefix', 'a b'], /prefix/],
    [[TASKS, '--keys', 'hunter2'], /--keys is a list of id=base64/],
    [[TASKS, '--keys', 'a=hunter2'], /the key 'a' must be 32 bytes/],
    [[], /missing required argument 'tasks'/],
  ];
  for (const [args, err] of wrong) {
    const ended = await called(['worker', ...args, '--transport', 'amqp://127.0.0.1:1']);
    expect([args, ended.code, ended.out]).toEqual([args, 2, '']);
    expect(ended.err).toMatch(err);
    expect(ended.err).not.toContain('hunter2');
  }
  expect(await called(['worker', TASKS])).toMatchObject({ code: 2, err: expect.stringContaining('--transport') });
});
