import { describe, expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory } from '../../src/index.js';
import { ui } from '../../src/ui/index.js';
import { provision, shop } from './demo-apps.js';
import { asked, served } from './served.js';

const TOKEN = 'a-token-of-many-letters';
const READER = 'a-token-of-who-only-looks';
const { app } = shop();
const LOCAL = 'http://localhost:4680';
const WRITE = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-flowproof': '1' },
  body: '{"action":"cancel","id":"none"}',
};
const ACTION = `${LOCAL}/api/v1/apps/app/run/action`;

async function codeOf(response: Response): Promise<readonly [number, string | undefined]> {
  const body = (await response.json()) as { readonly error?: { readonly code: string } };
  return [response.status, body.error?.code];
}

function write(headers: Record<string, string>): RequestInit {
  return { ...WRITE, headers: { ...WRITE.headers, ...headers } };
}

describe('the name that a page is asked by', () => {
  test.each([
    'localhost:4680',
    'LOCALHOST',
    '127.0.0.1:1',
    '127.9.9.9',
    '[::1]:80',
    'shop.localhost:3000',
  ])('%s is this machine', async (host) => {
    expect((await asked(app, {}, `${LOCAL}/api/v1/apps`, { headers: { host } })).status).toBe(200);
  });

  test.each([
    'evil.example',
    'evil-localhost',
    'evil.127.0.0.1',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    'evil.example:4680',
    'localhost@evil.example',
    '',
  ])('%j is not, and is refused: a name of another site may lead here', async (host) => {
    for (const path of ['/', '/api/v1/apps', '/assets/page.js'])
      expect((await asked(app, {}, `${LOCAL}${path}`, { headers: { host } })).status).toBe(421);
    expect((await asked(app, {}, ACTION, write({ host }))).status).toBe(421);
  });

  test('is one of those that are named, with or without its port', async () => {
    const status = async (hosts: string[], host: string) => (await asked(app, { hosts }, `${LOCAL}/`, { headers: { host } })).status;
    expect(await status(['ops.example'], 'ops.example:8443')).toBe(200);
    expect(await status(['OPS.example:8443'], 'ops.example:8443')).toBe(200);
    expect(await status(['ops.example:8443'], 'ops.example:9')).toBe(421);
    expect(await status(['ops.example'], 'localhost')).toBe(421);
  });

  test('is any where a token has to be entered, unless some are named', async () => {
    expect((await asked(app, { token: TOKEN }, `${LOCAL}/`, { headers: { host: 'ops.example' } })).status).toBe(200);
    expect((await asked(app, { token: TOKEN, hosts: ['a.example'] }, `${LOCAL}/`, { headers: { host: 'ops.example' } })).status).toBe(421);
  });
});

describe('what another site makes a browser send', () => {
  test.each([
    ['a form, which has no header of its own', { 'x-flowproof': '' }],
    ['a script of another origin', { origin: 'https://evil.example' }],
    ['one of another port', { origin: 'http://localhost:9999' }],
    ['one of no origin, as in a sandbox', { origin: 'null' }],
    ['what the browser says is of another site', { 'sec-fetch-site': 'cross-site' }],
    ['what the browser says is of a neighbour', { 'sec-fetch-site': 'same-site' }],
  ])('is refused: %s', async (_, headers) => {
    expect(await codeOf(await asked(app, {}, ACTION, write({ host: 'localhost:4680', ...headers })))).toEqual([403, 'CROSS_SITE']);
    expect(await codeOf(await asked(app, {}, `${LOCAL}/api/v1/session`, write({ host: 'localhost:4680', ...headers })))).toEqual([
      403,
      'CROSS_SITE',
    ]);
  });

  test('is told from what the page itself sends', async () => {
    const own = write({ host: 'localhost:4680', origin: 'http://localhost:4680', 'sec-fetch-site': 'same-origin' });
    expect(await codeOf(await asked(app, {}, ACTION, own))).toEqual([404, 'RUN_NOT_FOUND']);
    // Behind a proxy that speaks TLS to the browser.
    expect(await codeOf(await asked(app, {}, ACTION, write({ host: 'localhost:4680', origin: 'https://localhost:4680' })))).toEqual([
      404,
      'RUN_NOT_FOUND',
    ]);
  });

  test('finds nothing that it may read: no answer allows another origin', async () => {
    const response = await asked(app, {}, `${LOCAL}/api/v1/apps`, { headers: { origin: 'https://evil.example' } });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is nothing', async (method) => {
    expect((await asked(app, {}, ACTION, { method })).status).toBe(405);
  });
});

describe('a token', () => {
  const API = `${LOCAL}/api/v1/apps`;
  const enter = (token: unknown, url = LOCAL) =>
    ({ url: `${url}/api/v1/session`, init: { ...WRITE, body: JSON.stringify({ token }) } }) as const;

  test('has to be entered, for all but the page itself and its files', async () => {
    expect(await codeOf(await asked(app, { token: TOKEN }, API))).toEqual([401, 'TOKEN_NEEDED']);
    expect(await codeOf(await asked(app, { token: TOKEN }, ACTION, WRITE))).toEqual([401, 'TOKEN_NEEDED']);
    expect((await asked(app, { token: TOKEN }, `${LOCAL}/app/runs`)).status).toBe(200);
  });

  test('is kept by the browser as what it can not be entered by, for this path, and no script reads it', async () => {
    const { url, init } = enter(TOKEN);
    const cookie = (await asked(app, { token: TOKEN, basePath: '/flows' }, url, init)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^flowproof_ui=[\w-]+; Path=\/flows; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(cookie).not.toContain(TOKEN);
    const [pair = ''] = cookie.split(';');
    expect((await asked(app, { token: TOKEN }, API, { headers: { cookie: `other=1; ${pair}` } })).status).toBe(200);
    expect((await asked(app, { token: TOKEN.toUpperCase() }, API, { headers: { cookie: pair } })).status).toBe(401);
    const again = enter(pair.split('=')[1]);
    expect(await codeOf(await asked(app, { token: TOKEN }, again.url, again.init))).toEqual([401, 'WRONG_TOKEN']);
    const secure = enter(TOKEN, 'https://localhost');
    expect((await asked(app, { token: TOKEN }, secure.url, secure.init)).headers.get('set-cookie')).toMatch(/; Secure/);
  });

  test('is taken from programs, too', async () => {
    const status = async (authorization: string) => (await asked(app, { token: TOKEN }, API, { headers: { authorization } })).status;
    expect(await status(`Bearer ${TOKEN}`)).toBe(200);
    expect(await status(`Bearer ${TOKEN}x`)).toBe(401);
    expect(await status(TOKEN)).toBe(401);
  });

  test.each(['', 'wrong', TOKEN.slice(0, -1), `${TOKEN}x`, null, 42, {}, [TOKEN], undefined])('is not %j', async (wrong) => {
    const page = ui(app, { token: TOKEN });
    const { url, init } = enter(wrong);
    const response = await page.fetch(new Request(url, init));
    expect(response.headers.get('set-cookie') ?? '').not.toMatch(/flowproof_ui=\w/);
    expect(JSON.stringify(await response.json())).not.toContain(TOKEN);
  });

  test('can be guessed 20 times a minute, whoever guesses', async () => {
    const page = ui(app, { token: TOKEN });
    const guess = async (token: string) => {
      const { url, init } = enter(token);
      return (await page.fetch(new Request(url, init))).status;
    };
    for (let at = 0; at < 20; at++) expect(await guess(`wrong ${at}`)).toBe(401);
    expect(await guess('wrong')).toBe(429);
    expect(await guess(TOKEN)).toBe(429);
  });

  test('of who only looks lets look, and nothing more; so does `readOnly`, whoever asks', async () => {
    const token = { read: READER, operate: TOKEN };
    const bearer = (which: string) => ({ authorization: `Bearer ${which}` });
    expect(await (await asked(app, { token }, API, { headers: bearer(READER) })).json()).toMatchObject({ role: 'read' });
    expect(await codeOf(await asked(app, { token }, ACTION, write(bearer(READER))))).toEqual([403, 'READ_ONLY']);
    expect(await codeOf(await asked(app, { token }, ACTION, write(bearer(TOKEN))))).toEqual([404, 'RUN_NOT_FOUND']);
    expect(await codeOf(await asked(app, { token, readOnly: true }, ACTION, write(bearer(TOKEN))))).toEqual([403, 'READ_ONLY']);
    expect(await codeOf(await asked(app, { readOnly: true }, ACTION, WRITE))).toEqual([403, 'READ_ONLY']);
    expect(await codeOf(await asked(app, { readOnly: true }, `${LOCAL}/api/v1/apps/app/runs/action`, WRITE))).toEqual([403, 'READ_ONLY']);
  });

  test('that is none is refused, and no message has it', () => {
    for (const token of ['short', '', { operate: 'short' }, { operate: TOKEN, read: TOKEN }, { read: READER }, 42]) {
      expect(() => ui(app, { token: token as string })).toThrow(TypeError);
      expect(() => ui(app, { token: token as string })).not.toThrow(/short/);
    }
  });
});

describe('what is asked for', () => {
  test.each([
    '/assets/../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%00',
    '/assets/constructor',
    '/assets/',
    '/assets//etc/passwd',
    '/api/v1/../../package.json',
    '/api/v1/apps/__proto__/runs',
    '/api/v1/apps/../../../etc/passwd',
  ])('%s reaches no file: it is nothing, or the page', async (path) => {
    const response = await asked(app, {}, `${LOCAL}${path}`);
    const text = await response.text();
    expect(text).not.toContain('"devDependencies"');
    expect(text).not.toContain('root:');
    if (response.status === 200) expect(text).toMatch(/^<!doctype html>/);
    else expect(response.status).toBe(404);
  });

  test('is answered with a policy that runs nothing but the files of the page', async () => {
    for (const path of ['/', '/api/v1/apps', '/api/v1/nothing', '/app/runs']) {
      const { headers } = await asked(app, {}, `${LOCAL}${path}`);
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'/,
      );
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
    const html = await (await asked(app, {}, `${LOCAL}/`)).text();
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=|https?:/);
  });

  test('has bounds: bodies, pages, queries', async () => {
    const body = (text: string) => asked(app, {}, ACTION, { ...WRITE, body: text });
    expect(await codeOf(await body(JSON.stringify({ action: 'x'.repeat(400_000) })))).toEqual([413, 'TOO_LARGE']);
    for (const text of ['', '{', '[]', 'null', '"x"']) expect(await codeOf(await body(text))).toEqual([400, 'NOT_JSON']);
    expect(await codeOf(await asked(app, {}, ACTION, { ...WRITE, headers: { 'x-flowproof': '1', 'content-type': 'text/plain' } }))).toEqual(
      [415, 'NOT_JSON'],
    );
    const list = async (query: string) => (await asked(app, {}, `${LOCAL}/api/v1/apps/app/runs?${query}`)).status;
    for (const query of ['limit=0', 'limit=201', 'limit=1.5', 'limit=x', 'state=NONE', 'before=x', 'metadata=x', 'metadata==x', 'flow=%00'])
      expect([query, await list(query)]).toEqual([query, 400]);
    expect(await list('limit=200&state=SUCCESS,FAILURE&flow=&text=%F0%9F%98%80')).toBe(200);
    const ids = Array.from({ length: 1_001 }, (_, at) => `run-${at}`);
    expect(
      await codeOf(
        await asked(app, {}, `${LOCAL}/api/v1/apps/app/runs/action`, { ...WRITE, body: JSON.stringify({ action: 'cancel', ids }) }),
      ),
    ).toEqual([400, 'WRONG_BODY']);
  });

  test('may be followed by 100 at once, and a place is free again when one goes', async () => {
    const { app: own, services } = shop();
    const { id } = await own.start(provision, { id: 'p-1' });
    const page = ui(own);
    const follow = () => page.fetch(new Request(`${LOCAL}/api/v1/apps/app/run/events?id=${id}`));
    const open = await Promise.all(Array.from({ length: 100 }, follow));
    expect(open.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect((await follow()).status).toBe(503);
    await open[0]?.body?.cancel();
    const again = await follow();
    expect(again.status).toBe(200);
    for (const one of [...open.slice(1), again]) await one.body?.cancel();
    services.gate.open();
    await own.stop();
  });
});

test('what is secret is masked before it leaves the server', async () => {
  const login = defineTask({
    name: 'login',
    requires: ['password'],
    provides: ['session'],
    secret: ['password', 'session'],
    execute: ({ password }: { password: string }) => {
      if (password !== '') throw new Error(`no user has ${password}`);
      return { session: password };
    },
  });
  const flow = linear('login').input<{ password: string }>().add(login).build();
  const secret = flowproof({ persistence: memory(), flows: [flow] });
  await secret.run(flow, { id: 'l-1', inputs: { password: 'hunter2-hunter2' } });
  const { get } = await served(secret);
  for (const path of ['run?id=l-1', 'run/events?id=l-1', 'run/graph?id=l-1', 'runs']) {
    const text = await (await get(`/apps/app/${path}`)).text();
    expect(text.length).toBeGreaterThan(10);
    expect([path, text.includes('hunter2')]).toEqual([path, false]);
  }
  expect(await (await get('/apps/app/run?id=l-1')).text()).toContain('[secret]');
  await secret.stop();
});

test.each([
  [{ basePath: 'flows' }, 'basePath'],
  [{ basePath: '/a/../b' }, 'basePath'],
  [{ basePath: '/a"><script>' }, 'basePath'],
  [{ basePath: 42 }, 'basePath'],
  [{ hosts: 'x' }, 'hosts'],
  [{ hosts: ['a b'] }, 'hosts'],
  [{ readOnly: 'yes' }, 'readOnly'],
])('%j is refused at once', (options, name) => {
  expect(() => ui(app, options as object)).toThrow(name);
});

test.each([[undefined], [null], [{}], [[]], [{ shop: {} }], [{ 'a b': app }], [{ '../x': app }], ['app']])('%j is no app', (wrong) => {
  expect(() => ui(wrong as never)).toThrow(TypeError);
});
