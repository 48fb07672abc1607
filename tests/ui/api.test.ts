import { describe, expect, test } from 'vitest';
import type { ShownEvent } from '../../src/ui/views/events.js';
import { shownGraph } from '../../src/ui/views/graphs.js';
import type { ShownRun } from '../../src/ui/views/run.js';
import type { ListedRuns } from '../../src/ui/views/runs.js';
import { provision, refund, stuck } from './demo-apps.js';
import { shopOf } from './shop-of.js';

/** The events of a stream, until it ends. */
async function eventsIn(
  response: Response,
): Promise<readonly { readonly event: string; readonly id?: string; readonly data: ShownEvent & { after: number } }[]> {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((part) => part.includes('event: '))
    .map((part) => {
      const line = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1];
      const id = line('id');
      return { event: line('event') ?? '', data: JSON.parse(line('data') ?? '{}'), ...(id === undefined ? {} : { id }) };
    });
}

describe('the list of runs', () => {
  test('comes a page at a time, newest first, and says how to go on', async () => {
    const { read } = await shopOf(['a', 'b', 'c', 'd', 'e']);
    const seen: string[] = [];
    for (let before = ''; ; ) {
      const { runs, next } = await read<ListedRuns>(`runs?limit=2&before=${before}`);
      seen.push(...runs.map(({ id }) => id));
      if (next === undefined) break;
      before = next;
    }
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  test('is filtered by state, flow, metadata and a text of the id', async () => {
    const { app, read } = await shopOf(['alpha', 'beta', 'Zeta']);
    await app.run(stuck, { id: 'stuck' });
    const ids = async (query: string) => (await read<ListedRuns>(`runs?${query}`)).runs.map(({ id }) => id);
    expect(await ids('state=FAILURE')).toEqual(['stuck']);
    expect(await ids('state=FAILURE,SUCCESS&flow=order&metadata=half=first')).toEqual(['Zeta', 'beta', 'alpha']);
    expect(await ids('text=ETA')).toEqual(['Zeta', 'beta']);
    expect(await ids('text=nothing')).toEqual([]);
    expect(await ids('flow=nothing')).toEqual([]);
  });

  test('is counted by state', async () => {
    const { app, read } = await shopOf(['a', 'b']);
    await app.run(stuck, { id: 's' });
    expect(await read('counts')).toMatchObject({ SUCCESS: { count: 2, isMore: false }, FAILURE: { count: 1 }, RUNNING: { count: 0 } });
    expect(await read('counts?flow=stuck')).toMatchObject({ SUCCESS: { count: 0 }, FAILURE: { count: 1 } });
  });
});

describe('one run', () => {
  test('says what it was given and gave, what failed, and what can be asked of it', async () => {
    const { app, read } = await shopOf(['good']);
    await app.run(stuck, { id: 's' });
    const good = await read<ShownRun>('run?id=good');
    expect(good).toMatchObject({ id: 'good', state: 'SUCCESS', known: true, waits: [], actions: ['reset', 'requeue'] });
    expect(good.inputs).toEqual([
      { name: 'order', text: '"good"' },
      { name: 'card', text: '"4242"' },
    ]);
    expect(good.results?.find(({ name }) => name === 'receipt')?.text).toContain('1970-01-01T00:00:00.000Z');
    const bad = await read<ShownRun>('run?id=s');
    expect(bad.actions).toEqual(['retry', 'retryRevert', 'skipRevert', 'reset', 'requeue']);
    expect(bad.failures.map(({ path, phase, failure }) => [path, phase, failure.message])).toEqual([
      ['stuck/attach', 'execute', 'no such host'],
      ['stuck/make-volume', 'revert', 'the volume is attached to another server'],
    ]);
    expect(bad.waits).toEqual([{ for: 'revert', path: 'stuck/make-volume', sinceMs: expect.any(Number) }]);
  });

  test('says why it waits, and since when', async () => {
    const { app, read } = await shopOf([]);
    await app.start(refund, { id: 'r', inputs: { order: 'o' } });
    await expect
      .poll(async () => (await read<ShownRun>('run?id=r')).waits)
      .toEqual([{ for: 'signal', name: 'approval', path: 'refund/approval', sinceMs: expect.any(Number) }]);
    await app.suspend('r');
    await expect.poll(async () => (await read<ShownRun>('run?id=r')).waits).toEqual([{ for: 'operator' }]);
    await app.post(provision, { id: 'p', delayMs: 3_600_000 });
    expect((await read<ShownRun>('run?id=p')).waits).toEqual([
      { for: 'conductor', sinceMs: expect.any(Number), untilMs: expect.any(Number) },
    ]);
  });

  test('has a graph, laid out once for all runs of a flow; without Graphviz, a tree', async () => {
    const { read } = await shopOf(['a', 'b']);
    const graph = await read<Awaited<ReturnType<typeof shownGraph>>>('run/graph?id=a');
    expect(graph.layout?.arrows.length).toBeGreaterThan(5);
    expect(graph.boxes.map(({ path }) => path)).toContain('order/prepare/pack');
    expect(graph.boxes.every(({ place }) => place !== undefined)).toBe(true);
    expect(await read('run/graph?id=b')).toEqual(graph);
    const atoms = Array.from({ length: 1_100 }, (_, at) => ({ path: `big/t${at}`, kind: 'task', reverts: false, inputs: {} }));
    expect(await shownGraph('f', { flow: 'big', atoms } as never)).toMatchObject({ missing: 'size', boxes: { length: 1_101 } });
  });

  test.each([
    null,
    {},
    { atoms: 'x' },
    { flow: 1, atoms: [{ path: 2 }, null, { path: 'a/b', kind: 'nothing' }] },
  ])('has a graph whatever was stored: %j', async (manifest) => {
    expect(await shownGraph('f', manifest as never)).toMatchObject({ fingerprint: 'f' });
  });

  test('is followed, and gone on with where the connection was cut, in the middle of a step, too', async () => {
    const { get } = await shopOf(['a']);
    const whole = await eventsIn(await get('/apps/app/run/events?id=a'));
    expect(whole[0]).toEqual({ event: 'begin', data: { after: -1 } });
    expect(whole.at(-1)?.event).toBe('end');
    const steps = whole.filter(({ event }) => event === 'step');
    expect(steps.map(({ data }) => data.path)).toContain('order/ship/courier');
    for (const cut of [1, 5, steps.length]) {
      const { id = '' } = steps[cut - 1] ?? {};
      const rest = await eventsIn(await get('/apps/app/run/events?id=a', { 'last-event-id': id }));
      const after = rest[0]?.data.after ?? 0;
      const kept = steps.slice(0, cut).filter(({ data }) => data.seq <= after);
      expect([...kept, ...rest.filter(({ event }) => event === 'step')]).toEqual(steps);
    }
  });

  test('that is not there says so, to whoever looks and whoever follows', async () => {
    const { get } = await shopOf([]);
    expect((await get('/apps/app/run?id=nobody')).status).toBe(404);
    expect((await get('/apps/app/run')).status).toBe(400);
    expect((await eventsIn(await get('/apps/app/run/events?id=nobody'))).at(-1)).toMatchObject({
      event: 'trouble',
      data: { code: 'RUN_NOT_FOUND' },
    });
    expect((await get('/apps/app/run/events?id=x&after=-5')).status).toBe(400);
    expect((await get('/apps/other/runs')).status).toBe(404);
  });
});

test('an app that was stopped is said to be, and nothing hangs', async () => {
  const { app, get } = await shopOf([]);
  await app.stop();
  expect((await get('/apps/app/runs')).status).toBe(503);
  expect((await eventsIn(await get('/apps/app/run/events?id=a'))).at(-1)).toMatchObject({
    event: 'trouble',
    data: { code: 'APP_STOPPED' },
  });
});
