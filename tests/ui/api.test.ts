import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { flowproof, memory } from '../../src/index.js';
import { nodeListener, ui } from '../../src/ui/index.js';
import type { ShownEvent } from '../../src/ui/views/events.js';
import { shownGraph } from '../../src/ui/views/graphs.js';
import type { ShownRun } from '../../src/ui/views/run.js';
import type { ListedRuns } from '../../src/ui/views/runs.js';
import { order, provision, refund, shop, stuck } from './demo-apps.js';
import { served } from './served.js';

async function shopOf(ids: readonly string[]) {
  const { app, services } = shop();
  onTestFinished(async () => {
    services.gate.open();
    await app.stop();
  });
  for (const id of ids)
    await app.run(order, { id, inputs: { order: id, card: '4242' }, metadata: { half: id < 'm' ? 'first' : 'second' } });
  const page = await served(app);
  const read = async <Answer>(path: string): Promise<Answer> => (await page.get(`/apps/app/${path}`)).json() as Promise<Answer>;
  return { app, services, ...page, read };
}

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

describe('it is mounted', () => {
  async function listening(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('under a path, by what keeps the path and by what takes it away', async () => {
    const { app } = await shopOf(['a']);
    const page = nodeListener(ui(app, { basePath: '/ops/flows' }));
    const asExpress: RequestListener = (request, response) => {
      Object.assign(request, { originalUrl: request.url });
      request.url = request.url?.replace('/ops/flows', '') || '/';
      page(request, response);
    };
    const asHono: RequestListener = (request, response) => {
      request.url = request.url?.replace('/ops/flows', '') || '/';
      page(request, response);
    };
    for (const listener of [page, asExpress, asHono]) {
      const url = await listening(listener);
      const html = await (await fetch(`${url}/ops/flows`)).text();
      const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
      expect(files.length).toBe(3);
      for (const path of files) {
        const response = await fetch(`${url}${path}`);
        expect([path, response.status]).toEqual([path, 200]);
        expect(response.headers.get('cache-control')).toContain('immutable');
      }
      expect((await fetch(`${url}/ops/flows/api/v1/apps/app/runs`)).status).toBe(200);
    }
  });

  test('behind a parser of bodies', async () => {
    const { app } = await shopOf([]);
    await app.start(refund, { id: 'r', inputs: { order: 'o' } });
    const page = nodeListener(ui(app));
    const url = await listening((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        Object.assign(request, { body: JSON.parse(Buffer.concat(chunks).toString()) });
        page(request, response);
      });
    });
    const headers = { 'content-type': 'application/json', 'x-flowproof': '1' };
    const body = JSON.stringify({ id: 'r', action: 'cancel' });
    expect((await fetch(`${url}/api/v1/apps/app/run/action`, { method: 'POST', headers, body })).status).toBe(200);
    await expect.poll(async () => (await app.inspect('r')).state).toBe('CANCELLED');
  });

  test('with several apps, each by its name', async () => {
    const [a, b] = [await shopOf(['of-a']), await shopOf(['of-b'])];
    const { get } = await served({ shop: a.app, billing: b.app });
    expect(await (await get('/apps')).json()).toMatchObject({ apps: [{ name: 'shop' }, { name: 'billing' }] });
    expect(await (await get('/apps/billing/runs')).json()).toMatchObject({ runs: [{ id: 'of-b' }] });
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
