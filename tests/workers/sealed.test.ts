import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { nats } from '../../src/adapters/nats/index.js';
import { rabbitmq } from '../../src/adapters/rabbitmq/index.js';
import type { Queue, Transport, TransportConnection } from '../../src/contracts/index.js';
import { defineTask, type EncryptionKey, encrypted, flowproof, linear, memory, run, taskSet } from '../../src/index.js';
import { memoryTransport, sealedTransport } from '../../src/transport/index.js';
import { remote } from '../../src/workers/index.js';
import { appOf, doubled, heldSet, startWorker } from './rig.js';

const keyOf = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
const patience = { timeout: 30_000 };

/** All that goes through a transport, as the broker sees it. */
function watched(transport: Transport): {
  readonly transport: Transport;
  readonly seen: { readonly at: Queue | string; readonly body: string }[];
} {
  const seen: { at: Queue | string; body: string }[] = [];
  const watching = (connection: TransportConnection): TransportConnection => ({
    send: (queue, message) => {
      seen.push({ at: queue, body: message.body });
      return connection.send(queue, message);
    },
    publish: (topic, message) => {
      seen.push({ at: topic, body: message.body });
      connection.publish(topic, message);
    },
    consume: (...args) => connection.consume(...args),
    subscribe: (...args) => connection.subscribe(...args),
    depth: (queue) => connection.depth(queue),
    close: () => connection.close(),
  });
  return { seen, transport: { name: 'watched', connect: async () => watching(await transport.connect()) } };
}

/** What lies in the dead queue, and why. */
async function deadOf(broker: Transport): Promise<{ readonly reasons: readonly string[]; readonly bodies: readonly string[] }> {
  const found = { reasons: [] as string[], bodies: [] as string[] };
  const connection = await broker.connect();
  onTestFinished(() => connection.close());
  await connection.consume({ kind: 'dead', name: 'dead' }, { limit: 100 }, async ({ reason = '', body }) => {
    found.reasons.push(reason);
    found.bodies.push(body);
  });
  return found;
}

/** What the broker would be given. */
async function sealedBy(key: EncryptionKey, queue: Queue): Promise<string> {
  const { transport, seen } = watched(memoryTransport());
  const connection = await sealedTransport('test', transport, [key]).connect();
  await connection.send(queue, { id: 'a', body: '{}' });
  await connection.close();
  return seen[0]?.body ?? '';
}

const login = defineTask({
  name: 'login',
  requires: ['password'],
  provides: ['token'],
  secret: ['password', 'token'],
  execute: async ({ password }: { password: string }) => ({ token: `token of ${password}` }),
});
const hello = defineTask({ name: 'hello', provides: ['said'], execute: async () => ({ said: 'hello' }) });
const secretive = linear('secretive').input<{ password: string }>().add(hello).add(login).build();

test('with keys, nothing that is said can be read on its way, and secrets may be', async () => {
  const { transport: broker, seen } = watched(memoryTransport());
  const transport = sealedTransport('test', broker, [keyOf('k1')]);
  await startWorker(taskSet({ tasks: [login, hello] }), { transport });
  const app = flowproof({ persistence: memory(), flows: [secretive], executor: remote({ transport }) });
  onTestFinished(() => app.stop());
  expect(await app.runOrThrow(secretive, { inputs: { password: 'hunter2' } })).toMatchObject({ token: 'token of hunter2' });
  expect(seen.length).toBeGreaterThan(4);
  for (const { body } of seen) expect(body).toMatch(/^~sealed:k1\.[\w-]+\.[\w-]+$/);
});

test('a flow with secrets is refused where a broker could read them: by the app, before anything is sent', async () => {
  const keys = [keyOf('k1')];
  const { transport: plain, seen } = watched(memoryTransport());
  const persistence = encrypted(memory(), { keys });
  const executor = remote({ transport: plain });
  const code = /'secretive\/login' takes or gives a secret.*\[SECRET_UNSEALED\]/;
  expect(() => flowproof({ persistence, flows: [secretive], executor })).toThrow(code);
  await expect(run(secretive, { inputs: { password: 'hunter2' }, executor } as never)).rejects.toThrow(code);
  const elsewhere = linear('elsewhere').input<{ password: string }>().add(hello, { runsOn: 'far' }).add(login).build();
  const far = linear('far').input<{ password: string }>().add(hello).add(login, { runsOn: 'far' }).build();
  const made = (flow: typeof elsewhere | typeof far) => flowproof({ persistence, flows: [flow], executors: { far: executor } });
  await made(elsewhere).stop();
  expect(() => made(far)).toThrow(/SECRET_UNSEALED/);
  for (const transport of [rabbitmq('amqp://127.0.0.1:1', { keys }), nats('nats://127.0.0.1:1', { keys }), memoryTransport()])
    await flowproof({ persistence, flows: [secretive], executor: remote({ transport }) }).stop();
  expect(() => flowproof({ persistence, flows: [secretive], executor: remote({ transport: rabbitmq('amqp://127.0.0.1:1') }) })).toThrow(
    code,
  );
  expect(seen).toEqual([]);
});

test('keys are changed while engines and workers run: the first one seals, all of them open', async () => {
  const broker = memoryTransport();
  const [old, young] = [keyOf('old'), keyOf('young')];
  const now = { engine: [old], worker: [old] };
  await startWorker(heldSet('one', []), { transport: sealedTransport('test', broker, () => now.worker) });
  const { transport: seenBroker, seen } = watched(broker);
  const { app } = appOf({ transport: sealedTransport('test', seenBroker, () => now.engine) });
  const isDone = async (): Promise<void> => expect(await app.runOrThrow(doubled, { inputs: { n: 21 } })).toMatchObject({ twice: 42 });
  await isDone();
  now.worker = [old, young];
  now.engine = [old, young];
  await isDone();
  now.engine = [young, old];
  await isDone();
  now.worker = [young];
  now.engine = [young];
  await isDone();
  const ids = seen.map(({ body }) => body.slice('~sealed:'.length, body.indexOf('.')));
  expect(new Set(ids)).toEqual(new Set(['old', 'young']));
  expect(ids.at(-1)).toBe('young');
});

test('what was not sealed by who has the key is counted, and put to the dead ones as it came', async () => {
  const broker = memoryTransport();
  const key = keyOf('k1');
  const { transport: seenBroker, seen } = watched(broker);
  const transport = sealedTransport('test', seenBroker, [key]);
  const one = await startWorker(heldSet('one', []), { transport });
  const { app } = appOf({ transport });
  await app.runOrThrow(doubled, { inputs: { n: 1 } });
  const queue: Queue = { kind: 'work', name: one.state().queue };
  const call = seen.find(({ at }) => typeof at === 'object' && at.kind === 'work')?.body ?? '';
  const answer = seen.find(({ at }) => typeof at === 'object' && at.kind === 'inbox')?.body ?? '';
  const foreign = [await sealedBy(keyOf('k2'), queue), await sealedBy(keyOf('k1'), queue)];
  const hostile: readonly [string, RegExp][] = [
    ['{"flowproof":1,"say":"kill","engine":"e","call":1}', /it is not sealed/],
    ['', /it is not sealed/],
    ['~sealed:', /sealed with the key "", which was not given/],
    [foreign[0] as string, /sealed with the key "k2", which was not given/],
    [foreign[1] as string, /changed or moved/],
    [answer, /changed or moved/],
    [`${call.slice(0, -4)}AAAA`, /changed or moved/],
    [call.slice(0, 60), /changed or moved/],
    ['~sealed:k1', /changed or moved/],
    [`~sealed:${'k'.repeat(10_000)}.a.b`, /which was not given/],
  ];
  const dead = await deadOf(broker);
  const direct = await broker.connect();
  for (const [body] of hostile) await direct.send(queue, { id: randomBytes(4).toString('hex'), body });
  await vi.waitUntil(() => dead.reasons.length === hostile.length, patience);
  for (const [at, [body, reason]] of hostile.entries()) {
    expect(dead.reasons[at]).toMatch(reason);
    expect(dead.reasons[at]?.length).toBeLessThan(200);
    expect(dead.bodies[at]).toBe(body);
  }
  expect(one.state().refused).toBe(hostile.length);
  for (const [body] of hostile) direct.publish('set.tasks', { id: 'x', body });
  // The same call again is not made again: its engine hears once more what came of it.
  const { made } = one.state();
  await direct.send(queue, { id: 'again', body: call });
  expect(await app.runOrThrow(doubled, { inputs: { n: 21 } })).toMatchObject({ twice: 42 });
  expect(one.state().made).toBe(made + 1);
  await direct.close();
});

test('a worker without keys puts what is sealed to the dead ones, and says why', async () => {
  const broker = memoryTransport();
  const one = await startWorker(heldSet('one', []), { transport: broker });
  const dead = await deadOf(broker);
  const sealed = await sealedTransport('test', broker, [keyOf('k1')]).connect();
  await sealed.send({ kind: 'work', name: one.state().queue }, { id: 'a', body: '{}' });
  await vi.waitUntil(() => dead.reasons.length === 1, patience);
  expect(dead.reasons).toEqual(['it is sealed, and no keys were given here']);
  expect(one.state().refused).toBe(1);
});

test('while a function has no keys, nothing is sent, and then it goes on', async () => {
  const keys = [keyOf('k1')];
  let given: readonly EncryptionKey[] | undefined = keys;
  const transport = memoryTransport({
    keys: () => {
      if (given === undefined) throw new Error('the vault is closed');
      return given;
    },
  });
  await startWorker(heldSet('one', []), { transport });
  const { app } = appOf({ transport });
  await app.runOrThrow(doubled, { inputs: { n: 1 } });
  given = undefined;
  const connection = await transport.connect();
  await expect(connection.send({ kind: 'inbox', name: 'a' }, { id: 'a', body: 'a' })).rejects.toMatchObject({
    code: 'TRANSPORT_UNREACHABLE',
  });
  const running = app.runOrThrow(doubled, { inputs: { n: 21 } });
  given = keys;
  expect(await running).toMatchObject({ twice: 42 });
  await connection.close();
});

test.each<[string, unknown]>([
  ['no list', 7],
  ['no key', []],
  ['a key of another length', [{ id: 'a', key: randomBytes(16) }]],
  ['an id with a dot', [{ id: 'a.b', key: randomBytes(32) }]],
  ['two of one id', [keyOf('a'), keyOf('a')]],
  ['an async function', async () => []],
])('%s is refused as keys', (_what, keys) => {
  expect(() => memoryTransport({ keys: keys as never })).toThrow(TypeError);
  expect(() => rabbitmq('amqp://127.0.0.1', { keys: keys as never })).toThrow(TypeError);
  expect(() => nats('nats://127.0.0.1', { keys: keys as never })).toThrow(TypeError);
});

test('what is too large once it is sealed is refused by a sentence', async () => {
  const connection = await memoryTransport({ keys: [keyOf('k1')] }).connect();
  const large = { id: 'a', body: 'x'.repeat(13_000_000) };
  await expect(connection.send({ kind: 'inbox', name: 'a' }, large)).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
  await connection.close();
});
