import { describe, expect, test, vi } from 'vitest';
import type { Transport } from '../../src/contracts/index.js';
import { cutTransport, deafTo } from './cut-transport.js';
import { ledgerSet, story } from './ledger-flows.js';
import { left } from './ledger-rig.js';
import { startWorker } from './rig.js';

const ILL = { isWell: false };
const HELD = [['execute', 1]];

describe('a call whose engine is gone', () => {
  test('goes on, and the next engine hears of its end: it is made once', async () => {
    const { calls, second, first, gone, lost } = await left();
    const running = second.goOn();
    await vi.waitUntil(() => second.words.includes('FOUND'));
    calls[0]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'one' } });
    expect(calls.map(({ phase, attempt }) => [phase, attempt])).toEqual(HELD);
    gone.thaw();
    await first.app.stop();
    expect(await lost).toBeInstanceOf(Error);
  });

  test('goes on while it undoes, too', async () => {
    const { calls, second } = await left({ inputs: ILL, until: 2 });
    const running = second.goOn();
    await vi.waitUntil(() => second.words.includes('FOUND'));
    calls[1]?.end();
    expect(await running).toMatchObject({ state: 'REVERTED' });
    expect(calls.map(({ phase }) => phase)).toEqual(['execute', 'revert']);
  });

  test('goes on though its task is not to be called again', async () => {
    const { calls, second } = await left({ flow: 'once' });
    const running = second.goOn('once');
    await vi.waitUntil(() => second.words.includes('FOUND'));
    calls[0]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS' });
    expect(calls.map(({ phase, attempt }) => [phase, attempt])).toEqual(HELD);
  });

  test('goes on through several deaths', async () => {
    const { calls, second, next } = await left();
    void second.goOn();
    await vi.waitUntil(() => second.words.includes('FOUND'));
    const third = next();
    const running = third.goOn();
    await vi.waitUntil(() => third.words.includes('FOUND'));
    // What the engine before it says of the call, as it stops, is not heard.
    await second.app.stop();
    expect(calls[0]?.signal.aborted).toBe(false);
    calls[0]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS' });
    expect(calls).toHaveLength(1);
  });

  test('counts, where it has ended meanwhile: as it was done, or as it has failed', async () => {
    const done = await left();
    done.calls[0]?.end();
    expect(await done.second.goOn()).toMatchObject({ state: 'SUCCESS' });
    expect(done.calls).toHaveLength(1);
    const failed = await left();
    failed.calls[0]?.fail(new Error('it rained'));
    const running = failed.second.goOn();
    await vi.waitUntil(() => failed.calls.length === 2);
    failed.calls[1]?.end();
    expect(await running).toMatchObject({ state: 'REVERTED', failures: [{ failure: { message: 'it rained' } }] });
    expect(failed.calls.map(({ phase }) => phase)).toEqual(['execute', 'revert']);
  });

  test('saves, and is heard of, through the next engine; what no engine has answered is saved once more', async () => {
    const { calls, second } = await left();
    const saving = calls[0]?.ctx.save({ page: 1 });
    const running = second.goOn();
    await saving;
    expect(second.words.indexOf('FOUND')).toBeLessThan(second.words.indexOf('SAVED'));
    await calls[0]?.ctx.save({ page: 2 });
    calls[0]?.ctx.progress(0.5);
    await vi.waitUntil(() => second.events.some(({ type }) => type === 'progress'));
    calls[0]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS' });
    expect(second.words.filter((word) => word === 'SAVED')).toHaveLength(2);
  });

  test('is told to end by the next engine', async () => {
    const { calls, second } = await left();
    const running = second.goOn();
    await vi.waitUntil(() => second.words.includes('FOUND'));
    await second.app.cancel('r');
    await vi.waitUntil(() => calls[0]?.signal.aborted === true && calls.length === 2);
    calls[1]?.end();
    expect(await running).toMatchObject({ state: 'CANCELLED' });
    expect(calls.map(({ phase }) => phase)).toEqual(['execute', 'revert']);
  });

  test('has the time that is left of it since it began', async () => {
    const { calls, second } = await left({ flow: 'timed' });
    const beganMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const running = second.goOn('timed');
    await vi.waitUntil(() => calls.length === 2);
    // From the takeover on it would have had as long again.
    expect(performance.now() - beganMs).toBeLessThan(2_400);
    expect(calls[0]?.signal.aborted).toBe(true);
    calls[1]?.end();
    expect(await running).toMatchObject({ failures: [{ failure: { code: 'TIMEOUT' } }] });
  });
});

describe('a call that nobody has any more', () => {
  test('is lost, and made again', async () => {
    const { calls, second, one, transport } = await left({ reattachMs: 300 });
    await one.stop({ graceMs: 1 });
    await startWorker(ledgerSet('other', calls), { transport });
    const running = second.goOn();
    await vi.waitUntil(() => calls.length === 2);
    calls[1]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'other' } });
    expect(second.words).not.toContain('FOUND');
    expect(calls[1]?.attempt).toBe(2);
  });

  test('is lost where its worker dies after it was found', async () => {
    const { calls, second, transport, worker } = await dying();
    const running = second.goOn();
    await vi.waitUntil(() => second.words.includes('FOUND'));
    await worker.kill();
    await startWorker(ledgerSet('other', calls), { transport });
    await vi.waitUntil(() => calls.length === 2);
    expect(second.words).toContain('LOST');
    calls[1]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'other' } });
  });

  test('is lost, and made again beside it, where its worker does not know the question', async () => {
    const { calls, second, transport } = await left({ reattachMs: 300, seen: (right) => deafTo(right, '"say":"reattach"') });
    await startWorker(ledgerSet('other', calls), { transport });
    const running = second.goOn();
    await vi.waitUntil(() => calls.length === 2);
    calls[1]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'other' } });
    expect(second.words).not.toContain('FOUND');
  });

  test('is lost, and not made again by a worker that has it after all', async () => {
    const deaf = (right: Transport): Transport => deafTo(right, '"say":"reattach"');
    const { calls, second, one } = await left({ reattachMs: 300, concurrency: 4, seen: deaf });
    const running = second.goOn();
    await vi.waitUntil(() => second.words.includes('RUNNING'));
    await second.app.cancel('r');
    // What is said about the second giving reaches the one call that there is.
    await vi.waitUntil(() => calls[0]?.signal.aborted === true && calls.length === 2);
    calls[1]?.end();
    expect(await running).toMatchObject({ state: 'CANCELLED' });
    expect(calls.map(({ phase }) => phase)).toEqual(['execute', 'revert']);
    expect(one.state()).toMatchObject({ refused: 0 });
  });

  test('that lay in a queue when its engine died is begun for the next one, and not for both', async () => {
    const { calls, second, first, gone, transport, one: worker } = await left({ reattachMs: 300 });
    gone.thaw();
    first.app.run(story, { id: 'queued', inputs: { isWell: true } }).catch(() => undefined);
    const connection = await transport.connect();
    await vi.waitUntil(async () => (await connection.depth({ kind: 'work', name: worker.state().queue })).waiting === 1);
    gone.freeze();
    const [one, other] = [second.goOn(), second.goOn('story', 'queued')];
    await vi.waitUntil(() => second.words.filter((word) => word === 'RUNNING').length === 1);
    calls[0]?.end();
    await vi.waitUntil(() => calls.length === 2);
    calls[1]?.end();
    expect([await one, await other]).toMatchObject([{ state: 'SUCCESS' }, { state: 'SUCCESS' }]);
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });
});

describe('while workers are asked', () => {
  test('an app stops at once when they have answered, and leaves the call to the next one where none could', async () => {
    const { calls, second, next } = await left({ reattachMs: 2_000, seen: (right) => deafTo(right, '"say":"reattach"') });
    second.goOn();
    await vi.waitUntil(() => second.words.includes('TAKEOVER'));
    await second.app.stop();
    expect(second.words).not.toContain('RUNNING');
    expect(calls[0]?.signal.aborted).toBe(false);
    const third = next({ reattachMs: 1 });
    const running = third.goOn();
    await vi.waitUntil(() => third.words.includes('RUNNING'));
    calls[0]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS' });
  });

  test('a run that is to rest rests when what was found has ended', async () => {
    const { calls, second } = await left();
    const running = second.goOn();
    await vi.waitUntil(() => second.words.includes('TAKEOVER'));
    void second.app.suspend('r').catch(() => undefined);
    await vi.waitUntil(() => second.words.includes('FOUND'));
    calls[0]?.end();
    expect(await running).toMatchObject({ state: 'SUSPENDED' });
    expect(calls).toHaveLength(1);
  });
});

test('of two engines that ask for a call, that of the later takeover has it', async () => {
  const { calls, transport, second } = await left();
  const hostile = await transport.connect();
  let asked: { works: readonly { work: string; fence: number }[] } | undefined;
  await hostile.subscribe('set.tasks', ({ body }) => {
    if (body.includes('"say":"reattach"')) asked ??= JSON.parse(body);
  });
  const running = second.goOn();
  await vi.waitUntil(() => second.words.includes('FOUND'));
  const [work] = asked?.works ?? [];
  const heard: string[] = [];
  await hostile.consume({ kind: 'inbox', name: 'engine.old' }, { limit: 10 }, async ({ body }) => void heard.push(body));
  for (const fence of [0, work?.fence ?? 0])
    hostile.publish('set.tasks', {
      id: `old ${fence}`,
      body: JSON.stringify({ ...asked, flowproof: 1, engine: 'engine.old', works: [{ ...work, fence, call: 1 }] }),
    });
  for (const body of [
    '{"flowproof":1,"say":"reattach"}',
    '{"flowproof":1,"say":"reattach","engine":"e","tasks":[],"works":[{"call":"1"}]}',
  ])
    hostile.publish('set.tasks', { id: 'wrong', body });
  await hostile.send({ kind: 'inbox', name: 'engine.old' }, { id: 'mark', body: 'mark' });
  calls[0]?.end();
  expect(await running).toMatchObject({ state: 'SUCCESS' });
  expect(heard).toEqual(['mark']);
});

/** The worker of the call is one that can be killed. */
async function dying() {
  let worker: ReturnType<typeof cutTransport> | undefined;
  const rest = await left({
    silenceMs: 3_000,
    seen: (right) => {
      worker = cutTransport(right);
      return worker;
    },
  });
  return { ...rest, worker: worker as ReturnType<typeof cutTransport> };
}
