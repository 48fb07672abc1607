import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encrypted, flowproof, linear, memory, memoryBoard } from '../../src/index.js';
import { order, station } from './station.js';

const RECENT = new Date(Date.now() - 1_000);

describe('posting', () => {
  test('checks inputs before anything is offered', async () => {
    const { app, board } = station();
    await expect(app.post(order, { inputs: { m: 1 } } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(app.post(order, { id: '', inputs: { n: 1 } })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect((await board.jobs()).jobs).toEqual([]);
  });

  test('twice with one id is one job, and with other inputs a conflict, before the run and after it', async () => {
    const { app, board, conductor } = station();
    const first = await app.post(order, { id: 'a', inputs: { n: 1 } });
    expect((await app.post(order, { id: 'a', inputs: { n: 1 } })).id).toBe('a');
    await expect(app.post(order, { id: 'a', inputs: { n: 2 } })).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
    expect((await board.counts()).free).toBe(1);
    await conductor.start();
    await first.result();
    await conductor.stop();
    expect(await (await app.post(order, { id: 'a', inputs: { n: 1 } })).result()).toMatchObject({ state: 'SUCCESS' });
    await expect(app.post(order, { id: 'a', inputs: { n: 2 } })).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
  });

  test('carries how long the run may take, from when it is begun', async () => {
    const { app, conductor } = station();
    const run = await app.post(order, { id: 'a', inputs: { n: 1 }, deadlineMs: 60_000 });
    await conductor.start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    const { createdAtMs, deadlineAtMs } = await run.inspect();
    expect(deadlineAtMs).toBe(createdAtMs + 60_000);
    await expect(app.post(order, { inputs: { n: 1 }, deadlineMs: 0 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(app.post(order, { inputs: { n: 1 }, deadlineMs: Number.POSITIVE_INFINITY })).rejects.toThrow('deadlineMs');
  });

  test('carries what the run is found by, and when it may begin', async () => {
    const { app, board, conductor } = station();
    await app.post(order, { id: 'a', inputs: { n: 1 }, logbook: 'shop', metadata: { customer: 'c-7' }, priority: 7 });
    await app.post(order, { id: 'later', inputs: { n: 1 }, at: new Date(Date.now() + 3_600_000) });
    await app.post(order, { id: 'past', inputs: { n: 1 }, at: RECENT });
    expect(await board.job('a')).toMatchObject({ job: { priority: 7, version: 1 } });
    expect(await board.counts()).toMatchObject({ free: 2, delayed: 1 });
    await conductor.start();
    await app
      .handle('a')
      .result()
      .catch(() => undefined);
    await expect
      .poll(async () => (await app.runs({ logbook: 'shop', metadata: { customer: 'c-7' } })).runs.map(({ id }) => id))
      .toEqual(['a']);
  });

  test('says of a job in the trash that it is there, and goes on when it is requeued', async () => {
    const { app, board } = station();
    const run = await app.post(order, { id: 'a', inputs: { n: 1 } });
    const session = await board.join({ who: 'me', leaseMs: 5_000 });
    for (const claim of await session.claim({ flows: ['order'], limit: 1 }))
      await session.trash(claim, { code: 'ODD', message: 'so it is' });
    await expect(run.result()).rejects.toMatchObject({ code: 'BOARD_REFUSED', message: expect.stringContaining('ODD, so it is') });
    expect((await app.board.requeue({}, { preview: true })).jobs.map(({ id }) => id)).toEqual(['a']);
    expect((await app.board.requeue('a')).jobs.map(({ id }) => id)).toEqual(['a']);
    expect(await app.board.counts()).toMatchObject({ free: 1, trashed: 0 });
    await app.board.pause('order');
    expect(await app.board.paused()).toEqual({ board: false, flows: ['order'] });
    await app.board.resume('order');
  });

  test('shows nobody a secret input', async () => {
    const keys = [{ id: 'k', key: randomBytes(32) }];
    const flow = linear.dynamic('pay').input(['card']).secret('card').build();
    const board = memoryBoard();
    await using app = flowproof({ persistence: encrypted(memory(), { keys }), flows: [flow], board });
    await expect(app.post(flow as never, { inputs: { card: '4711' } } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect((await board.jobs()).jobs).toEqual([]);
  });

  test.each([
    { delayMs: 1, at: RECENT },
    { at: 'now' },
    { at: new Date(Number.NaN) },
    { priority: 101 },
    { priority: 0.5 },
    { delayMs: -1 },
  ])('with %o is refused', async (options) => {
    const { app } = station();
    await expect(app.post(order, { inputs: { n: 1 }, ...options } as never)).rejects.toThrow(TypeError);
  });
});
