import { describe, expect, test, vi } from 'vitest';
import { conductor, defineTask, factory, flowproof, linear, memory, memoryBoard } from '../../src/index.js';
import { Gate } from '../app/gate.js';
import { later, opened, order, other, station } from './station.js';

describe('a conductor', () => {
  test('drives what was posted, before it and after, and consumes it', async () => {
    const { app, board, conductor, log, outcomes } = station();
    const first = await app.post(order, { id: 'a', inputs: { n: 1 } });
    expect(await first.state()).toBe('PENDING');
    await conductor.start();
    const second = await app.post(order, { id: 'b', inputs: { n: 2 } });
    expect(await first.result()).toMatchObject({ state: 'SUCCESS', runId: 'a', results: { twice: 2 } });
    expect(await second.result()).toMatchObject({ state: 'SUCCESS' });
    expect(await second.state()).toBe('SUCCESS');
    await vi.waitFor(async () => expect(await board.counts()).toEqual({ free: 0, delayed: 0, claimed: 0, trashed: 0 }));
    expect([...log].sort()).toEqual(['after 2', 'after 4', 'work 1', 'work 2']);
    expect(outcomes()).toEqual(expect.arrayContaining(['a claimed', 'a consumed', 'b claimed', 'b consumed']));
    expect(conductor.state()).toMatchObject({ status: 'ready', isReady: true, jobs: [], counts: { claimed: 2, consumed: 2 } });
  });

  test('consumes the job of a run that was undone: its outcome is in the store', async () => {
    const { app, conductor, log, outcomes } = station();
    await conductor.start();
    const run = await app.post(order, { id: 'a', inputs: { n: -1 } });
    expect(await run.result()).toMatchObject({ state: 'REVERTED' });
    await vi.waitFor(() => expect(outcomes()).toContain('a consumed'));
    expect(log).toEqual(['work -1', 'undo -1']);
  });

  test('drives as many at once as it may, the highest priority first', async () => {
    const gate = new Gate();
    const { app, conductor, log } = station({ gate, options: { concurrency: 2 } });
    for (const [n, priority] of [0, 5, 9].entries()) await app.post(order, { inputs: { n }, priority });
    await conductor.start();
    await vi.waitFor(() => expect(log).toHaveLength(2));
    expect(log).toEqual(['work 2', 'work 1']);
    expect(conductor.state().jobs).toHaveLength(2);
    gate.open();
    await vi.waitFor(() => expect(log.filter((line) => line.startsWith('after'))).toHaveLength(3));
  });

  test('claims only jobs of flows that its app has, or that it is given', async () => {
    const board = memoryBoard();
    const both = station({ board, flows: [order, other], options: { flows: ['other'] } });
    await both.app.post(order, { id: 'a', inputs: { n: 1 } });
    const run = await both.app.post(other, { id: 'b', inputs: { n: 2 } });
    await both.conductor.start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(await board.job('a')).toMatchObject({ state: 'free', attempts: 0 });
  });

  test('does nothing a second time for a job whose run has ended', async () => {
    const { app, board, conductor, log, outcomes } = station();
    await app.run(order, { id: 'a', inputs: { n: 1 } });
    await board.post([{ id: 'a', flow: 'order', inputs: { n: 1 } }]);
    await conductor.start();
    await vi.waitFor(() => expect(outcomes()).toEqual(['a claimed', 'a consumed']));
    expect(log).toEqual(['work 1', 'after 2']);
  });

  test('leaves a run that a living process has to it, and looks again', async () => {
    const gate = new Gate();
    const [persistence, board] = [memory(), memoryBoard()];
    const owner = station({ persistence, board, gate });
    const run = owner.app.run(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    const second = station({ persistence, board, app: { leaseMs: 60, graceMs: 10 } });
    await board.post([{ id: 'a', flow: 'order', inputs: { n: 1 } }]);
    await second.conductor.start();
    await vi.waitFor(() => expect(second.outcomes()).toEqual(['a claimed', 'a abandoned']));
    expect((await board.job('a'))?.losses).toBe(0);
    gate.open();
    expect((await run).state).toBe('SUCCESS');
    await board.requeue('a');
    await vi.waitFor(() => expect(second.outcomes()).toContain('a consumed'));
    expect([...owner.log, ...second.log]).toEqual(['work 1', 'after 2']);
  });

  test('puts into the trash what no conductor can do, with the reason', async () => {
    const { app, board, conductor } = station();
    await app.run(order, { id: 'taken', inputs: { n: 1 } });
    await board.post([
      { id: 'odd', flow: 'order', inputs: { m: 1 } },
      { id: 'text', flow: 'order', inputs: 'n' },
      { id: 'taken', flow: 'order', inputs: { n: 2 } },
    ]);
    await conductor.start();
    await vi.waitFor(async () => expect((await board.counts()).trashed).toBe(3));
    const why = async (id: string) => (await board.job(id))?.trashed?.code;
    expect([await why('odd'), await why('text'), await why('taken')]).toEqual(['INVALID_INPUT', 'INVALID_INPUT', 'RUN_CONFLICT']);
  });

  test('gives back what was posted for a newer version of its flow, uncounted', async () => {
    const [persistence, board] = [memory(), memoryBoard()];
    const old = station({ persistence, board });
    const today = station({ persistence, board, flows: [later] });
    const run = await today.app.post(later as never, { id: 'a', inputs: { n: 1 } } as never);
    await old.conductor.start();
    await vi.waitFor(() => expect(old.outcomes()).toEqual(['a claimed', 'a abandoned']));
    expect(await board.job('a')).toMatchObject({ state: 'delayed', losses: 0 });
    await old.conductor.stop();
    await today.conductor.start();
    await board.requeue('a');
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
  });

  test('drives flows that a factory makes of what they were posted with', async () => {
    const made = factory('made', ({ names }: { readonly names: readonly string[] }) => {
      let flow = linear.dynamic('made');
      for (const name of names) flow = flow.add(defineTask({ name, execute: async () => undefined }));
      return flow.build();
    });
    const { app, conductor } = station({ flows: [made] });
    const run = await app.post(made({ names: ['a', 'b'] }) as never, { id: 'm' } as never);
    await expect(app.post(made({ names: ['c'] }) as never, { id: 'm' } as never)).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
    await conductor.start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect((await app.inspect('m')).atoms.map(({ path }) => path)).toEqual(['made/a', 'made/b']);
  });

  test('takes a job that kills its claimers into the trash, after more of them than it may', async () => {
    const board = memoryBoard();
    await board.post([{ id: 'a', flow: 'order', inputs: { n: 1 } }]);
    const { conductor } = station({ board, options: { maxLosses: 1 } });
    const dying = await board.join({ who: 'dying', leaseMs: 1_000 });
    for (let losses = 0; losses < 2; losses++) {
      const [claim] = await dying.claim({ flows: ['order'], limit: 1 });
      if (claim !== undefined) await dying.abandon(claim, { counted: true });
    }
    await conductor.start();
    await vi.waitFor(async () => expect(await board.job('a')).toMatchObject({ state: 'trashed', trashed: { code: 'POISON' } }));
  });
});

test.each([
  { concurrency: 0 },
  { concurrency: 1.5 },
  { maxLosses: -1 },
  { flows: [] },
  { flows: ['ordr'] },
  { flows: 'order' },
])('conductor(app, %o) is refused', (options) => {
  const app = flowproof({ persistence: memory(), flows: [order], services: { log: [], gate: opened() }, board: memoryBoard() });
  expect(() => conductor(app, options as never)).toThrow(TypeError);
});

test('a conductor of what is no app is refused', () => {
  expect(() => conductor({} as never)).toThrow('must be an app');
});
