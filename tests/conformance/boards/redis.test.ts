import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { PROGRAMS } from '../../../scripts/board-programs.js';
import { startServer } from '../../../scripts/server.js';
import { redis } from '../../../src/adapters/redis/index.js';
import type { BoardRig } from '../../../src/testing/boards/index.js';
import { describeServer } from '../../support/board-servers.js';
import { describeBoard } from './describe.js';
import { open, testHardships } from './hardships.js';
import { makeBoard } from './make-board.js';
import { serverRig } from './server-rig.js';

describeServer('redis', 'on Redis', (server) => {
  const rig = (spoiled: 'jobs' | 'facts') => async (): Promise<BoardRig> => {
    const prefix = randomUUID();
    return serverRig((options) => makeBoard('redis', server().url, prefix, options), {
      async spoil(id) {
        const client = new Redis(server().url);
        await client.hset(`{${prefix}}:${spoiled}`, id, '{"not": a job');
        await client.quit();
      },
    });
  };
  describeBoard('redis', rig('jobs'));
  describeBoard('redis, by what another program does to its own part', rig('facts'), (name) => name.includes('read'));
  testHardships('redis', server);

  test('a server that evicts, or wants another password, is refused', async () => {
    const program = PROGRAMS.redis;
    const evicting = await startServer({
      ...program,
      command: async (port, directory) => [...(await program.command(port, directory)), '--maxmemory-policy', 'allkeys-lru'],
    });
    onTestFinished(() => evicting.stop());
    const refused = { code: 'BOARD_REFUSED', message: expect.stringContaining('noeviction') };
    await expect(open(makeBoard('redis', evicting.url, 'x')).open()).rejects.toMatchObject(refused);
    const client = new Redis(server().url);
    onTestFinished(async () => void (await client.quit()));
    await client.acl('SETUSER', 'poor', 'on', '>secret', '~{poor}:*', '+@all');
    const of = (user: string, prefix = 'poor') => open(makeBoard('redis', server().url.replace('redis://', `redis://${user}@`), prefix));
    await expect(of('poor:wrong').open()).rejects.toMatchObject({ code: 'BOARD_REFUSED' });
    await expect(of('poor:secret', 'rich').counts()).rejects.toMatchObject({ code: 'BOARD_REFUSED' });
    expect((await of('poor:secret').counts()).free).toBe(0);
  });

  test('a client of yours is used, and stays open', async () => {
    const client = new Redis(server().url);
    const board = redis(client, { prefix: randomUUID() });
    let news = 0;
    board.watch(() => news++);
    await board.post([{ flow: 'order', inputs: {} }]);
    await board.close();
    expect(await client.ping()).toBe('PONG');
    await client.quit();
  });

  test.each(['', 'a{b}', 7])('a prefix %j is refused', (prefix) => {
    expect(() => redis('redis://localhost', { prefix: prefix as string })).toThrow(TypeError);
  });
});
