import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test, vi } from 'vitest';
import { nats } from '../../../src/adapters/nats/index.js';
import { DEAD, type Delivery } from '../../../src/transport/index.js';
import { describeOnBroker } from './on-broker.js';

const work = { kind: 'work', name: 'a.b@1' } as const;

describeOnBroker('nats', 'NATS', nats, ({ server, make }) => {
  /** A client of the server that is none of ours. */
  async function stranger() {
    const connection = await connect({ servers: server().url.replace('nats://', '') });
    onTestFinished(() => connection.close());
    return { js: jetstream(connection), jsm: await jetstreamManager(connection) };
  }

  async function connected(prefix: string) {
    const connection = await make(prefix).connect();
    onTestFinished(() => connection.close());
    return connection;
  }

  test('what others write into a queue is delivered or put to the dead ones, and hurts nobody', { timeout: 120_000 }, async () => {
    const connection = await connected('hostile');
    const { js } = await stranger();
    await connection.send(work, { id: 'first', body: 'first' });
    const got: Delivery[] = [];
    await connection.consume(work, { limit: 5 }, async (delivery) => void got.push(delivery));
    const dead: Delivery[] = [];
    await connection.consume(DEAD, { limit: 5 }, async (delivery) => void dead.push(delivery));
    const { headers } = await import('@nats-io/transport-node');
    const write = async (named: Readonly<Record<string, string>>, body: Uint8Array | string = '') => {
      const given = headers();
      for (const [name, value] of Object.entries(named)) given.set(name, value);
      await js.publish('hostile.work.a~b@1', body, { headers: given });
    };
    await js.publish('hostile.work.a~b@1', Uint8Array.of(0xff, 0xfe, 0x00));
    await write({ 'Nats-Msg-Id': 'no JSON' }, 'text');
    await write({ 'Nats-Msg-Id': '{"toString":1}', 'flowproof-reason': '{' }, 'text');
    const unreadable = ['x', `${'a'.repeat(64)} 1`, 'a 999999999', 'a 0', '../x 1', `a ${'1 '.repeat(4_000)}1`];
    for (const parts of unreadable) await write({ 'flowproof-parts': parts });
    await connection.send(work, { id: 'last', body: 'last' });
    await vi.waitUntil(() => got.length >= 5 && dead.length >= unreadable.length, { timeout: 60_000 });
    expect(got.map(({ body }) => body)).toEqual(['first', '\uFFFD\uFFFD\0', 'text', 'text', 'last']);
    expect(dead.map(({ reason }) => reason)).toEqual(unreadable.map(() => expect.stringContaining('its parts')));
  });

  test('streams and consumers that somebody deletes are there again', { timeout: 120_000 }, async () => {
    const connection = await connected('deleted');
    const { jsm } = await stranger();
    const got: string[] = [];
    await connection.consume(work, { limit: 5 }, async ({ body }) => void got.push(body));
    const arrives = async (body: string): Promise<void> => {
      await vi.waitFor(() => connection.send(work, { id: body, body }), { timeout: 60_000 });
      await vi.waitUntil(() => got.includes(body), { timeout: 60_000 });
    };
    await arrives('before');
    await jsm.consumers.delete('deleted-work', 'a~b@1');
    await arrives('after the consumer');
    await jsm.streams.delete('deleted-work');
    await arrives('after the stream');
    expect(await connection.depth(work)).toEqual({ waiting: 0, consumers: 1 });
  });

  test('streams of others are left alone', async () => {
    const { jsm } = await stranger();
    await jsm.streams.add({ name: 'taken-work', subjects: ['taken.work.*'] });
    const connection = await connected('taken');
    const refused = { code: 'TRANSPORT_REFUSED', message: expect.stringContaining('not made by flowproof') };
    await expect(connection.send(work, { id: 'a', body: 'a' })).rejects.toMatchObject(refused);
    await expect(connection.consume(work, { limit: 1 }, async () => undefined)).rejects.toMatchObject(refused);
    await jsm.streams.add({ name: 'elsewhere', subjects: ['overlaps.>'] });
    await expect((await connected('overlaps')).send(work, { id: 'a', body: 'a' })).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
  });

  test('names that no queue has are refused', async () => {
    const connection = await connected('names');
    for (const name of ['', 'a b', 'a\r\nPUB x 1', '*', '>', 'ä', 'x'.repeat(201), '__proto__\0'])
      await expect(connection.send({ kind: 'work', name }, { id: 'a', body: 'a' })).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
    await connection.send({ kind: 'work', name: '..__proto__..' }, { id: 'a', body: 'a' });
    connection.publish('a b', { id: 'a', body: 'nobody hears it' });
    await expect(connection.subscribe('a b', () => undefined)).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
  });

  test('prefixes that begin with each other are told apart', async () => {
    const [one, other] = [await connected('shop'), await connected('shop.work')];
    await one.send(work, { id: 'a', body: 'of shop' });
    await other.send(work, { id: 'a', body: 'of shop.work' });
    const got: string[] = [];
    await other.consume(work, { limit: 5 }, async ({ body }) => void got.push(body));
    await vi.waitUntil(() => got.length > 0, { timeout: 40_000 });
    expect([got, (await one.depth(work)).waiting]).toEqual([['of shop.work'], 1]);
  });

  test('a message whose consumers die of it is put to the dead ones, though none has given it back', { timeout: 120_000 }, async () => {
    const transport = nats(server().url, { prefix: 'poison', deliveryLimit: 2, ackWaitMs: 1_000 });
    const living = await transport.connect();
    onTestFinished(() => living.close());
    await living.send(work, { id: 'a', body: 'poison' });
    let deaths = 0;
    for (const _ of [1, 2]) {
      const dying = await transport.connect();
      await dying.consume(work, { limit: 1 }, () => {
        deaths++;
        return new Promise(() => undefined);
      });
      await vi.waitUntil(() => deaths > _ - 1, { timeout: 40_000 });
      await dying.close();
    }
    const dead: Delivery[] = [];
    await living.consume(DEAD, { limit: 1 }, async (delivery) => void dead.push(delivery));
    await living.consume(work, { limit: 1 }, async () => void deaths++);
    await vi.waitUntil(() => dead.length > 0, { timeout: 40_000 });
    expect([deaths, dead[0]?.body, dead[0]?.reason]).toEqual([2, 'poison', expect.stringContaining('2 times')]);
  });

  test('a message that is handled for longer than the broker waits stays in hand', { timeout: 60_000 }, async () => {
    const transport = nats(server().url, { prefix: 'long', ackWaitMs: 1_000 });
    const connection = await transport.connect();
    onTestFinished(() => connection.close());
    const deliveries: number[] = [];
    await connection.consume(work, { limit: 2 }, async (delivery) => {
      deliveries.push(delivery.deliveries);
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      return undefined;
    });
    await connection.send(work, { id: 'a', body: 'a' });
    await vi.waitUntil(() => deliveries.length > 0, { timeout: 40_000 });
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(deliveries).toEqual([1]);
  });
});
