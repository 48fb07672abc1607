import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { App } from 'flowproof';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEMPLATES } from '../../packages/create-flowproof/src/templates.js';
import { filesOf, write } from '../package/documented-files.js';

const ROOT = join(import.meta.dirname, '../..');
const TEMPLATE_FILES = join(ROOT, 'packages/create-flowproof/templates');
const documented = filesOf('docs/frameworks.md');

test('docs/frameworks.md shows what the projects of npm create flowproof are made of', async () => {
  const shown = { 'app.ts': 'base/src/app.ts', 'http.ts': 'base/src/http.ts' };
  const servers = Object.fromEntries(Object.keys(TEMPLATES).map((template) => [`${template}.ts`, `${template}/src/server.ts`]));
  for (const [name, path] of Object.entries({ ...shown, ...servers }))
    expect(documented[name], name).toBe(await readFile(join(TEMPLATE_FILES, path), 'utf8'));
});

type Handler = (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response>;
/** The modules of a project for Next, as its router calls them. */
interface Handlers {
  readonly orders: { POST(request: Request): Promise<Response> };
  readonly order: { GET: Handler; DELETE: Handler };
  readonly events: { GET: Handler };
  readonly instrumentation: { register(): Promise<void> };
  readonly app: App<[]>;
}

/** The app of a test: its runs are in memory, and it packs when the test lets it. */
const APP = `import { flowproof, memory } from 'flowproof';
import { order } from './order';
import { PretendedShop } from './shop';
export const gate: { open: () => void; opened: Promise<void> } = { open: () => undefined, opened: Promise.resolve() };
class Shop extends PretendedShop {
  override async pack(reservation: string, key: string) {
    if (reservation.endsWith('/slow')) await gate.opened;
    return super.pack(reservation, key);
  }
}
export const app = flowproof({ persistence: memory(), flows: [order], services: { shop: new Shop() } });
`;

describe('the route handlers for Next', () => {
  let folder: string;
  let handlers: Handlers;
  beforeAll(async () => {
    await mkdir(join(ROOT, 'build'), { recursive: true });
    folder = await mkdtemp(join(ROOT, 'build/next-'));
    for (const file of ['http.ts', 'order.ts', 'shop.ts']) await cp(join(TEMPLATE_FILES, 'base/src', file), join(folder, file));
    const routes = Object.entries(documented).flatMap(([name, code]) => (name.startsWith('next/') ? [[place(name), code] as const] : []));
    await write(folder, {
      ...Object.fromEntries(routes),
      'app.ts': APP,
      'tsconfig.json': {
        extends: '../../tsconfig.json',
        compilerOptions: {
          ...{ module: 'esnext', moduleResolution: 'bundler', exactOptionalPropertyTypes: false },
          noEmit: true,
        },
        include: ['.'],
      },
    });
    const load = (path: string): Promise<unknown> => import(/* @vite-ignore */ join(folder, path));
    handlers = {
      orders: await load('app/orders/route.ts'),
      order: await load('app/orders/[id]/route.ts'),
      events: await load('app/orders/[id]/events/route.ts'),
      instrumentation: await load('instrumentation.ts'),
      app: ((await load('app.ts')) as { app: App<[]> }).app,
    } as Handlers;
  });
  afterAll(async () => {
    await handlers?.app.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const url = 'http://localhost:3000/orders';
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    handlers.orders.POST(
      new Request(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    );
  const of = (id: string) => ({ params: Promise.resolve({ id }) });
  const get = (id: string) => handlers.order.GET(new Request(`${url}/${id}`), of(id));
  const events = (id: string, options: RequestInit = {}) => handlers.events.GET(new Request(`${url}/${id}/events`, options), of(id));
  const gate = async () =>
    (await import(/* @vite-ignore */ join(folder, 'app.ts'))) as { gate: { open: () => void; opened: Promise<void> } };

  test('compile', async () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  test('take an order, say where it is, and stream what becomes of it', async () => {
    await handlers.instrumentation.register();
    const response = await post({ item: 'lamp', card: 'visa' }, { 'idempotency-key': 'o-1' });
    expect([response.status, response.headers.get('location'), await response.json()]).toEqual([202, '/orders/o-1', { id: 'o-1' }]);
    const stream = await events('o-1');
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const text = await stream.text();
    expect(text).toContain('"path":"order/pack","state":"SUCCESS"');
    expect(text.endsWith('event: end\ndata: {}\n\n')).toBe(true);
    const last = text
      .match(/^id: (\d+)$/gm)
      ?.at(-1)
      ?.slice(4);
    expect(await (await events('o-1', { headers: { 'last-event-id': String(last) } })).text()).toBe('event: end\ndata: {}\n\n');
    expect(await (await get('o-1')).json()).toMatchObject({ id: 'o-1', state: 'SUCCESS' });
  });

  test('cancel an order that is under way, and let go of whoever has gone', async () => {
    const { gate: shop } = await gate();
    shop.opened = new Promise((resolve) => {
      shop.open = resolve;
    });
    await post({ item: 'slow', card: 'visa' }, { 'idempotency-key': 'o-2' });
    const leaving = new AbortController();
    const reader = (await events('o-2', { signal: leaving.signal })).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    leaving.abort();
    while ((await reader?.read())?.done === false);
    const other = (await events('o-2')).body;
    await other?.cancel();
    const response = await handlers.order.DELETE(new Request(`${url}/o-2`, { method: 'DELETE' }), of('o-2'));
    expect(response.status).toBe(202);
    shop.open();
    await (await events('o-2')).text();
    expect(await (await get('o-2')).json()).toMatchObject({ state: 'CANCELLED' });
  });

  test('answer what is wrong', async () => {
    const answers = [
      await post({ item: 7 }),
      await handlers.orders.POST(new Request(url, { method: 'POST', body: 'no JSON' })),
      await post({ item: 'desk', card: 'visa' }, { 'idempotency-key': 'o-1' }),
      await get('nobody'),
      await events('nobody'),
      await handlers.order.DELETE(new Request(url, { method: 'DELETE' }), of('o-1')),
    ];
    const said = await Promise.all(answers.map(async (one) => [one.status, ((await one.json()) as { code: string }).code]));
    expect(said).toEqual([
      [400, 'INVALID_INPUT'],
      [400, 'INVALID_INPUT'],
      [409, 'RUN_CONFLICT'],
      [404, 'RUN_NOT_FOUND'],
      [404, 'RUN_NOT_FOUND'],
      [409, 'RUN_ENDED'],
    ]);
  });
});

/** Where a documented file lies in a project for Next. */
function place(name: string): string {
  const path = name.slice('next/'.length);
  return path.startsWith('orders/') ? `app/${path}` : path;
}
