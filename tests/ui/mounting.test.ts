import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeListener, ui } from '../../src/ui/index.js';
import { refund } from './demo-apps.js';
import { served } from './served.js';
import { shopOf } from './shop-of.js';

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

  test('behind what takes longer than whoever asks waits: what is followed for nobody is closed', async () => {
    const { app } = await shopOf(['a']);
    const page = ui(app);
    const id = (await app.runs()).runs[0]?.id ?? '';
    const url = `http://localhost/api/v1/apps/app/run/events?id=${encodeURIComponent(id)}`;
    for (let n = 0; n < 150; n++) expect((await page.fetch(new Request(url, { signal: AbortSignal.abort() }))).status).toBe(200);
    const response = await page.fetch(new Request(url));
    expect(response.status).toBe(200);
    await response.body?.cancel();
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

  test('where a request without a name to be sent to is none', async () => {
    const { app } = await shopOf([]);
    const url = await listening(nodeListener(ui(app)));
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end('GET /api/v1/apps HTTP/1.0\r\n\r\n'));
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('"apps"');
  });

  test('and what fails by a mistake is a warning to whoever serves it, without words for whoever asks', async () => {
    const { app } = await shopOf([]);
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    Object.defineProperty(app, 'runs', { value: () => Promise.reject(new RangeError('postgres://ada:secret@db/shop')) });
    const response = await ui(app).fetch(new Request('http://localhost/api/v1/apps/app/runs'));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/RangeError|secret/);
    const { message } = await warned;
    expect(message).toContain('RangeError');
    expect(message).not.toContain('secret');
  });

  test('with several apps, each by its name', async () => {
    const [a, b] = [await shopOf(['of-a']), await shopOf(['of-b'])];
    const { get } = await served({ shop: a.app, billing: b.app });
    expect(await (await get('/apps')).json()).toMatchObject({ apps: [{ name: 'shop' }, { name: 'billing' }] });
    expect(await (await get('/apps/billing/runs')).json()).toMatchObject({ runs: [{ id: 'of-b' }] });
  });
});
