import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { conductor, defineTask, file, flowproof, linear, memory, waitFor } from '../../src/index.js';
import { opened, order, other, station, stops } from '../conductor/station.js';
import { Gate } from './gate.js';

const LATER_MS = 3_600_000;

/** Stations whose conductor claims from their store. */
function onStore(setting: Parameters<typeof station>[0] = {}) {
  return station({ ...setting, app: { board: undefined, ...setting.app } });
}

describe('post to the store', () => {
  test('gives the handle of a PENDING run at once, and the app begins it by itself', async () => {
    const gate = new Gate();
    const { app, log } = onStore({ gate });
    const run = await app.post(order, { id: 'a', inputs: { n: 2 }, priority: 5, logbook: 'shop' });
    expect(run.id).toBe('a');
    await gate.reached;
    expect(await run.state()).toBe('RUNNING');
    gate.open();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS', results: { twice: 4 } });
    expect(log).toEqual(['work 2', 'after 4']);
    expect((await app.runs({ logbook: 'shop' })).runs).toMatchObject([{ id: 'a', priority: 5 }]);
  });

  test('with a deadline, which counts from then on: a run that is begun too late calls nothing', async () => {
    const { app, log } = onStore();
    const run = await app.post(order, { id: 'a', inputs: { n: 2 }, delayMs: 50, deadlineMs: 1 });
    expect(await run.result()).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'DEADLINE' } }] });
    expect(log).toEqual([]);
    await app.post(order, { id: 'b', inputs: { n: 2 }, delayMs: LATER_MS, deadlineMs: 2 * LATER_MS });
    const { createdAtMs, deadlineAtMs } = await app.inspect('b');
    expect(deadlineAtMs).toBe(createdAtMs + 2 * LATER_MS);
    await expect(app.post(order, { inputs: { n: 2 }, deadlineMs: 0 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('the same id twice is one run, and with other inputs a conflict', async () => {
    const { app } = onStore();
    const first = await app.post(order, { id: 'a', inputs: { n: 1 }, delayMs: LATER_MS });
    expect((await app.post(order, { id: 'a', inputs: { n: 1 } })).id).toBe(first.id);
    await expect(app.post(order, { id: 'a', inputs: { n: 2 } })).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
    await expect(app.post(order, { inputs: { m: 1 } } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await app.board.counts()).toEqual({ free: 0, delayed: 1, claimed: 0, trashed: 0 });
  });

  test.each([
    [{ priority: 101 }, 'post({ priority }) is 101'],
    [{ priority: 0.5 }, 'post({ priority }) is 0.5'],
    [{ delayMs: -1 }, 'post({ delayMs }) is -1'],
    [{ delayMs: Number.POSITIVE_INFINITY }, 'post({ delayMs }) is Infinity'],
    [{ delayMs: '5' }, "post({ delayMs }) is '5'"],
    [{ at: new Date(Number.NaN) }, 'post({ at })'],
    [{ at: 5 }, 'post({ at }) is 5'],
    [{ at: new Date(), delayMs: 1 }, 'give one of them'],
  ])('%o is refused by name', async (options, message) => {
    const { app } = onStore();
    await expect(app.post(order, { inputs: { n: 1 }, ...options } as never)).rejects.toThrow(message);
    expect((await app.runs()).runs).toEqual([]);
  });

  test('what is delayed is begun when its time has come, and `run` waits for that', async () => {
    const { app, log } = onStore();
    await app.post(order, { id: 'a', inputs: { n: 1 }, at: new Date(Date.now() + 300) });
    expect(await app.handle('a').state()).toBe('PENDING');
    expect(log).toEqual([]);
    expect((await app.inspect('a')).posted?.dueAtMs).toBeGreaterThan(0);
    expect(await app.run(order, { id: 'a', inputs: { n: 1 } })).toMatchObject({ state: 'SUCCESS' });
    expect(log).toEqual(['work 1', 'after 2']);
  });

  test('resume begins what is delayed at once, and so does requeue', async () => {
    const { app } = onStore();
    await app.post(order, { id: 'a', inputs: { n: 1 }, delayMs: LATER_MS });
    expect(await app.resume(order, 'a')).toMatchObject({ state: 'SUCCESS' });
    const second = await app.post(order, { id: 'b', inputs: { n: 1 }, delayMs: LATER_MS });
    await app.requeue('b');
    expect(await second.result()).toMatchObject({ state: 'SUCCESS' });
  });

  test('requeue lets a run that has ended begin anew, and refuses one that is under way', async () => {
    const gate = new Gate();
    const { app, log } = onStore({ gate });
    const run = await app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    await expect(app.requeue('a')).rejects.toMatchObject({ code: 'RUN_OWNED' });
    gate.open();
    await run.result();
    await (await app.requeue('a')).result();
    expect(log).toEqual(['work 1', 'after 2', 'work 1', 'after 2']);
    await expect(app.requeue('none')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('a posted run that is cancelled calls nothing', async () => {
    const { app, log } = onStore();
    const run = await app.post(order, { id: 'a', inputs: { n: 1 }, delayMs: LATER_MS });
    await run.cancel();
    expect(await run.result()).toMatchObject({ state: 'CANCELLED' });
    expect(log).toEqual([]);
    expect(await app.board.counts()).toEqual({ free: 0, delayed: 0, claimed: 0, trashed: 0 });
  });

  test('without `recover` an app begins nothing that it posts, and what was posted outlives it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'flowproof-posted-'));
    const persistence = file(directory);
    const poster = flowproof({ persistence, flows: [order], services: { log: [], gate: opened() }, recover: false } as never);
    for (const [index, priority] of [0, 5, -5].entries())
      await (poster as never as ReturnType<typeof station>['app']).post(order, { id: `j${index}`, inputs: { n: index }, priority });
    await poster.stop();
    const { app, conductor: works, log } = onStore({ persistence: file(directory), options: { concurrency: 1 } });
    expect(await app.board.counts()).toMatchObject({ free: 3 });
    await works.start();
    await expect.poll(() => log.filter((line) => line.startsWith('work'))).toEqual(['work 1', 'work 0', 'work 2']);
    await works.stop();
  });
});

describe('a conductor of the store', () => {
  test('drives what others have posted, at most so many at once', async () => {
    const gate = new Gate();
    const persistence = memory();
    const poster = onStore({ persistence, app: { recover: false } });
    for (let n = 1; n <= 5; n++) await poster.app.post(order, { id: `a${n}`, inputs: { n } });
    const { conductor: works, log, outcomes, app } = onStore({ persistence, gate, options: { concurrency: 2 } });
    expect(works.state().board).toBe('store');
    await works.start();
    await expect.poll(() => log).toHaveLength(2);
    expect(works.state().jobs.map(({ id }) => id)).toEqual(['a1', 'a2']);
    expect(await app.board.counts()).toEqual({ free: 3, delayed: 0, claimed: 2, trashed: 0 });
    expect((await app.board.jobs({ states: ['free'] })).jobs.map(({ id }) => id)).toEqual(['a5', 'a4', 'a3']);
    gate.open();
    for (let n = 1; n <= 5; n++) await poster.app.handle(`a${n}`).result();
    await expect.poll(() => works.state().counts).toMatchObject({ claimed: 5, consumed: 5 });
    expect(outcomes().filter((line) => line.endsWith('consumed'))).toHaveLength(5);
  });

  test('lets go of a run that waits, which goes on by its signal', async () => {
    const asks = linear('asks').add(waitFor('answer')).build();
    const persistence = memory();
    const app = flowproof({ persistence, flows: [asks] });
    const works = conductor(app, { concurrency: 1 });
    stops.push(
      () => app.stop(),
      () => works.stop(),
    );
    await works.start();
    const [one, two] = [await app.post(asks, { id: 'one' }), await app.post(asks, { id: 'two' })];
    for (const run of [one, two]) await app.signal(asks, run.id, 'answer');
    expect(await Promise.all([one.result(), two.result()])).toMatchObject([{ state: 'SUCCESS' }, { state: 'SUCCESS' }]);
  });

  test('claims only the flows that it is told, and the app begins what it posts of others', async () => {
    const { app, conductor: works, outcomes } = onStore({ flows: [order, other], options: { flows: ['order'] } });
    await works.start();
    expect(await (await app.post(other, { id: 'o', inputs: { n: 1 } })).result()).toMatchObject({ state: 'SUCCESS' });
    expect(await (await app.post(order, { id: 'a', inputs: { n: 1 } })).result()).toMatchObject({ state: 'SUCCESS' });
    await expect.poll(outcomes).toEqual(['a claimed', 'a consumed']);
  });

  test('hands over what it has not begun when it is stopped, and others begin it', async () => {
    const gate = new Gate();
    const persistence = memory();
    const first = onStore({ persistence, gate, app: { recover: false }, options: { concurrency: 2 } });
    await first.app.post(order, { id: 'a', inputs: { n: 1 } });
    await first.conductor.start();
    await gate.reached;
    const second = onStore({ persistence, app: { recover: true } });
    await second.conductor.start();
    const stopped = first.conductor.stop();
    await first.app.post(order, { id: 'b', inputs: { n: 2 } });
    expect(await second.app.handle('b').result()).toMatchObject({ state: 'SUCCESS' });
    gate.open();
    await stopped;
    expect(await second.app.handle('a').result()).toMatchObject({ state: 'SUCCESS' });
    expect(first.log.concat(second.log).filter((line) => line === 'after 2')).toHaveLength(1);
  });

  test('a flow that can’t go on with what was posted gives it back for later', async () => {
    const persistence = memory();
    const poster = onStore({ persistence, app: { recover: false } });
    await poster.app.post(order, { id: 'a', inputs: { n: 1 } });
    const more = defineTask({ name: 'more', requires: ['more'], async execute(_inputs: { more: string }) {} });
    const changed = linear('order', { version: 2 }).input<{ n: number; more: string }>().add(more).build();
    const { conductor: works, outcomes } = onStore({ persistence, flows: [changed] });
    await works.start();
    await expect.poll(outcomes).toContain('a abandoned');
    expect(await poster.app.board.counts()).toMatchObject({ delayed: 1 });
    await expect(poster.app.board.pause()).rejects.toMatchObject({ code: 'BOARD_REFUSED' });
  });
});
