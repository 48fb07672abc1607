import { randomUUID } from 'node:crypto';
import client from 'node-zookeeper-client';
import { expect, onTestFinished, test } from 'vitest';
import { zookeeper } from '../../../src/adapters/zookeeper/index.js';
import { ZookeeperTree } from '../../../src/adapters/zookeeper/zookeeper-tree.js';
import { ServerClock } from '../../../src/boards/index.js';
import { systemClock } from '../../../src/model/clock.js';
import { describeServer } from '../../support/board-servers.js';
import { describeBoard } from './describe.js';
import { open, testHardships } from './hardships.js';
import { makeBoard } from './make-board.js';
import { serverRig } from './server-rig.js';

describeServer('zookeeper', 'on ZooKeeper', (server) => {
  describeBoard('zookeeper', async () => {
    const prefix = randomUUID();
    return serverRig((options) => makeBoard('zookeeper', server().url, prefix, options), {
      spoil: (id) => write(server().url, `/${prefix}/jobs/${id}`, '{"not": a job'),
    });
  });
  testHardships('zookeeper', server);

  test('version 0, that of what was never changed, is a condition like others', async () => {
    const clock = new ServerClock(systemClock);
    const tree = new ZookeeperTree({ hosts: server().url, root: `/${randomUUID()}`, timeoutMs: 10_000, clock });
    onTestFinished(() => tree.close());
    await tree.open();
    const [path, version] = ['jobs/a', '0'];
    expect(await tree.commit([{ do: 'create', path, text: 'new' }])).toEqual([version]);
    expect(await tree.commit([{ do: 'check', path, version }])).toEqual(['']);
    expect(await tree.commit([{ do: 'set', path, text: 'changed', version }])).toEqual(['1']);
    expect(await tree.commit([{ do: 'set', path, text: 'changed by who has not seen it', version }])).toBeUndefined();
    expect(await tree.commit([{ do: 'check', path, version }])).toBeUndefined();
    expect(await tree.commit([{ do: 'remove', path, version }])).toBeUndefined();
    expect(await tree.read([path])).toEqual([{ text: 'changed', version: '1' }]);
  });

  test('a lease that the server does not grant is refused', async () => {
    const board = open(makeBoard('zookeeper', server().url, randomUUID()));
    await expect(board.join({ who: 'me', leaseMs: 90_000 })).rejects.toMatchObject({
      code: 'BOARD_REFUSED',
      message: expect.stringContaining('60000 ms at most'),
    });
  });

  test('the nodes of a user are for that user alone', async () => {
    const root = `/${randomUUID()}`;
    const of = (password: string) => open(zookeeper(server().url, { root, auth: { username: 'ada', password } }));
    expect(await of('secret').post([{ id: 'a', flow: 'order', inputs: {} }])).toEqual([{ id: 'a', posted: true }]);
    await expect(of('wrong').counts()).rejects.toMatchObject({ code: 'BOARD_REFUSED' });
    expect((await of('secret').counts()).free).toBe(1);
  });

  test('what is too large is refused, before it ends the connection', async () => {
    const board = open(makeBoard('zookeeper', server().url, randomUUID()));
    const inputs = { text: 'x'.repeat(1_100_000) };
    await expect(board.post([{ flow: 'order', inputs }])).rejects.toMatchObject({ code: 'BOARD_REFUSED' });
    expect((await board.counts()).free).toBe(0);
  });

  test.each(['', 'shop', '/', '/a/', '/a/../b', '/a b'])('a root %j is refused', (root) => {
    expect(() => zookeeper('localhost', { root })).toThrow(TypeError);
    expect(() => zookeeper([])).toThrow(TypeError);
  });
});

/** Another program's write. */
async function write(url: string, path: string, text: string): Promise<void> {
  const other = client.createClient(url);
  onTestFinished(() => other.close());
  await new Promise<void>((resolve) => {
    other.once('connected', () => resolve());
    other.connect();
  });
  await new Promise<void>((resolve, reject) => {
    other.setData(path, Buffer.from(text), (error) => (error ? reject(error) : resolve()));
  });
}
