import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PROGRAMS } from '../../../scripts/board-programs.js';
import { freePort } from '../../../scripts/postgres.js';
import { startServer } from '../../../scripts/server.js';
import { etcd } from '../../../src/adapters/etcd/index.js';
import { describeServer } from '../../support/board-servers.js';
import { describeBoard } from './describe.js';
import { open, testHardships } from './hardships.js';
import { makeBoard } from './make-board.js';
import { serverRig } from './server-rig.js';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

describeServer('etcd', 'on etcd', (server) => {
  describeBoard('etcd', async () => {
    const prefix = randomUUID();
    return serverRig((options) => makeBoard('etcd', server().url, prefix, options), {
      async spoil(id) {
        const body = JSON.stringify({ key: encoded(`/${prefix}/jobs/${id}`), value: encoded('{"not": a job') });
        await fetch(`${server().url}/v3/kv/put`, { method: 'POST', body });
      },
    });
  });
  testHardships('etcd', server);

  const call = async (url: string, path: string, body: object): Promise<{ count?: string }> => {
    const answer = await fetch(`${url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as { count?: string };
  };

  test('nothing is left of jobs whose ids are forgotten', async () => {
    const prefix = randomUUID();
    const board = open(makeBoard('etcd', server().url, prefix, { dedupeMs: 500 }));
    await board.post(['a', 'b'].map((id) => ({ id, flow: 'order', inputs: {} })));
    const session = await board.join({ who: 'me', leaseMs: 6_000 });
    for (const claim of await session.claim({ flows: ['order'], limit: 2 })) await session.consume(claim);
    const keys = { key: encoded(`/${prefix}/`), range_end: encoded(`/${prefix}0`), count_only: true };
    // The turns are left: `turn` is one key.
    await vi.waitUntil(async () => (await call(server().url, 'kv/range', keys)).count === '1', { timeout: 30_000 });
  });

  test('users of etcd have a password, and another one is refused', async () => {
    const own = await startServer(PROGRAMS.etcd);
    onTestFinished(() => own.stop());
    await call(own.url, 'auth/user/add', { name: 'root', password: 'secret' });
    await call(own.url, 'auth/user/grant', { user: 'root', role: 'root' });
    await call(own.url, 'auth/enable', {});
    const of = (user: string) => open(makeBoard('etcd', own.url.replace('//', `//${user}`), 'x'));
    for (const user of ['', 'root:wrong@']) await expect(of(user).counts()).rejects.toMatchObject({ code: 'BOARD_REFUSED' });
    expect((await of('root:secret@').counts()).free).toBe(0);
  });

  test('another member is asked when one fails', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const board = open(etcd([nowhere, server().url], { prefix: randomUUID() }));
    await expect(board.counts()).rejects.toMatchObject({ code: 'BOARD_UNREACHABLE' });
    expect((await board.counts()).free).toBe(0);
  });

  test('what is no board in etcd is refused', () => {
    expect(() => etcd([])).toThrow(TypeError);
    expect(() => etcd('nowhere')).toThrow(TypeError);
    expect(() => etcd('http://localhost', { prefix: '' })).toThrow(TypeError);
  });
});
