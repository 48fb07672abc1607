import { describe, expect, onTestFinished, test } from 'vitest';
import { flowproof, memory, schedule } from '../../src/index.js';
import type { ShownRun } from '../../src/ui/views/run.js';
import { provision, refund, shop } from './demo-apps.js';
import { served } from './served.js';
import { shopOf } from './shop-of.js';

describe('what is asked of a run', () => {
  test('is said before it is done', async () => {
    const { app, services, post, read } = await shopOf([]);
    services.mayRevert = true;
    await app.start(provision, { id: 'p' });
    await expect.poll(async () => (await read<ShownRun>('run?id=p')).atoms[1]?.state).toBe('RUNNING');
    const preview = async (action: string) => (await post('/apps/app/run/action', { id: 'p', action, preview: true })).json();
    expect(await preview('cancel')).toEqual({
      preview: { undone: ['provision/boot', 'provision/make-volume'], stays: [], again: [], aborted: ['provision/boot'] },
    });
    expect(await preview('halt')).toMatchObject({ preview: { undone: [], stays: ['provision/boot', 'provision/make-volume'] } });
    expect((await app.inspect('p')).state).toBe('RUNNING');
    expect((await post('/apps/app/run/action', { id: 'p', action: 'cancel', reason: 'why not' })).status).toBe(200);
    expect((await app.handle(provision, 'p').result()).state).toBe('CANCELLED');
    expect((await app.inspect('p')).reason).toBe('why not');
    expect((await app.inspect('p')).atoms.map(({ state }) => state)).toEqual(['REVERTED', 'REVERTED']);
  });

  test('is refused where it can not be', async () => {
    const { post } = await shopOf(['a']);
    const code = async (body: object) =>
      ((await (await post('/apps/app/run/action', body)).json()) as { error?: { code: string } }).error?.code;
    expect(await code({ id: 'a', action: 'cancel' })).toBe('NOT_NOW');
    expect(await code({ id: 'a', action: 'explode' })).toBe('WRONG_BODY');
    expect(await code({ id: 'a', action: 'constructor' })).toBe('WRONG_BODY');
    expect(await code({ id: '', action: 'cancel' })).toBe('WRONG_BODY');
    expect(await code({ id: { toString: 1 }, action: 'cancel' })).toBe('WRONG_BODY');
    expect(await code({ id: 'a', action: 'skipRevert' })).toBe('WRONG_BODY');
    expect(await code({ id: 'a', action: 'cancel', reason: 'x'.repeat(501) })).toBe('WRONG_BODY');
  });

  test('is done by whoever has its flow, where the app of the page has not', async () => {
    const persistence = memory();
    const { app, services } = shop(persistence);
    services.mayRevert = true;
    await app.start(provision, { id: 'p' });
    const viewer = flowproof({ persistence, flows: [], recover: false });
    const { get, post } = await served(viewer);
    expect(await (await get('/apps/app/run?id=p')).json()).toMatchObject({ known: false, actions: ['cancel', 'halt', 'suspend'] });
    expect((await post('/apps/app/run/action', { id: 'p', action: 'cancel' })).status).toBe(200);
    expect((await app.handle(provision, 'p').result()).state).toBe('CANCELLED');
    await viewer.stop();
    await app.stop();
  });

  test('of many is answered for each', async () => {
    const { app, post } = await shopOf(['done']);
    await app.start(refund, { id: 'r', inputs: { order: 'o' } });
    const answer = await (await post('/apps/app/runs/action', { action: 'cancel', ids: ['r', 'done', 'nobody'] })).json();
    expect(answer).toMatchObject({
      done: 1,
      refused: [
        { id: 'done', code: 'RUN_ENDED' },
        { id: 'nobody', code: 'RUN_NOT_FOUND' },
      ],
    });
    await expect.poll(async () => (await app.inspect('r')).state).toBe('CANCELLED');
  });
});

describe('what is asked beside runs', () => {
  test('all runs that match, a page at a time, and no others', async () => {
    const { app, post } = await shopOf(['done']);
    for (const id of ['r-1', 'r-2', 'r-3', 'other']) await app.start(refund, { id, inputs: { order: id } });
    const ask = async (body: object) => (await post('/apps/app/runs/action', body)).json();
    expect(await ask({ action: 'halt', query: 'flow=refund&text=r-' })).toEqual({ done: 3, asked: 3, refused: [] });
    for (const id of ['r-1', 'r-2', 'r-3']) await expect.poll(async () => (await app.inspect(id)).state).toBe('CANCELLED');
    expect((await app.inspect('other')).state).toBe('RUNNING');
    expect(await ask({ action: 'halt', query: 42 })).toMatchObject({ error: { code: 'WRONG_BODY' } });
    expect(await ask({ action: 'halt', query: 'state=NONE' })).toMatchObject({ error: { code: 'WRONG_QUERY' } });
    expect(await ask({ action: 'skipRevert', query: '' })).toMatchObject({ error: { code: 'WRONG_BODY' } });
  });

  test('a signal, which the flow judges', async () => {
    const { app, post } = await shopOf([]);
    await app.start(refund, { id: 'r', inputs: { order: 'o' } });
    const send = async (body: object) =>
      ((await (await post('/apps/app/run/signal', body)).json()) as { error?: { code: string } }).error?.code;
    expect(await send({ id: 'r', name: 'aproval' })).toBe('INVALID_INPUT');
    expect(await send({ id: 'nobody', name: 'approval' })).toBe('RUN_NOT_FOUND');
    expect(await send({ id: 'r', name: '__proto__' })).toBe('WRONG_BODY');
    expect(await send({ id: 'r', name: 42 })).toBe('WRONG_BODY');
    expect(await send({ id: 'r', name: 'approval' })).toBeUndefined();
    await expect.poll(async () => (await app.inspect('r')).state).toBe('SUCCESS');
  });

  test('a schedule: a run of it now, no more of them, and again', async () => {
    const nightly = schedule('nightly', { flow: provision, inputs: {}, cron: '0 3 * * *' });
    const { services } = shop();
    services.gate.open();
    const app = flowproof({ persistence: memory(), flows: [provision], services, schedules: [nightly] });
    onTestFinished(() => app.stop());
    await app.ready();
    const { post, get } = await served(app);
    const ask = async (body: object) => (await post('/apps/app/schedule/action', body)).json();
    const { id } = (await ask({ name: 'nightly', action: 'run' })) as { id: string };
    expect((await app.handle(id).result()).state).toBe('SUCCESS');
    expect(await ask({ name: 'nightly', action: 'pause' })).toEqual({ done: true });
    expect(await (await get('/apps/app/schedules')).json()).toMatchObject({
      schedules: [{ name: 'nightly', paused: true, declared: true }],
    });
    expect(await ask({ name: 'nightly', action: 'resume' })).toEqual({ done: true });
    expect(await ask({ name: 'none', action: 'run' })).toMatchObject({ error: { code: 'SCHEDULE_NOT_FOUND' } });
    expect(await ask({ name: 'nightly', action: 'remove' })).toMatchObject({ error: { code: 'WRONG_BODY' } });
  });

  test('a job: that it is claimed now', async () => {
    const { app, post, read } = await shopOf([]);
    await app.post(provision, { id: 'p', delayMs: 3_600_000 });
    expect(await read('board?state=delayed')).toMatchObject({ counts: { delayed: 1 }, jobs: [{ id: 'p', flow: 'provision' }] });
    expect((await post('/apps/app/board/requeue', { id: 'p' })).status).toBe(200);
    expect((await post('/apps/app/board/requeue', { id: 'nobody' })).status).toBe(409);
    expect((await post('/apps/app/board/requeue', {})).status).toBe(400);
  });
});
