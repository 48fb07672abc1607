import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defineTask, file, flowproof, linear } from '../../src/index.js';
import { APP, called } from './program.js';

/** A folder with one run that ended. */
async function store(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-ui-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const greet = defineTask({ name: 'greet', provides: ['text'], execute: () => ({ text: 'hello' }) });
  const hello = linear('hello').add(greet).build();
  const app = flowproof({ persistence: file(folder), flows: [hello] });
  await app.run(hello, { id: 'h-1' });
  await app.stop();
  return folder;
}

/** Serves the page, does something with it, and stops it as a person does. */
async function served(args: readonly string[], env: NodeJS.ProcessEnv, act: (url: string) => Promise<void>) {
  let acting: Promise<void> | undefined;
  const ended = await called(['ui', '--port', '0', ...args], {
    env,
    hear: (child, text) => {
      const url = /the page is at (\S+)/.exec(text)?.[1];
      if (url === undefined || acting !== undefined) return;
      acting = act(url).finally(() => child.kill('SIGTERM'));
      acting.catch(() => undefined);
    },
  });
  await acting;
  return ended;
}

test('flowproof ui serves the page of a store, on this machine alone, until it is stopped', async () => {
  const folder = await store();
  const ended = await served(['--database', folder], {}, async (url) => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await (await fetch(url)).text()).toContain('<!doctype html>');
    const script = /src="([^"]+\.js)"/.exec(await (await fetch(url)).text())?.[1] ?? '';
    expect((await fetch(new URL(script, url))).status).toBe(200);
    expect(await (await fetch(`${url}api/v1/apps/app/runs`)).json()).toMatchObject({ runs: [{ id: 'h-1', state: 'SUCCESS' }] });
    // A stream that is open keeps nobody from stopping it.
    await fetch(`${url}api/v1/apps/app/run/events?id=h-1`);
  });
  expect(ended).toMatchObject({ code: 0, err: '' });
});

test('with a token, which is printed nowhere, and read only', async () => {
  const folder = await store();
  const FLOWPROOF_UI_TOKEN = 'a-token-of-many-letters';
  const ended = await served(['--database', folder, '--read-only', '--host', '0.0.0.0'], { FLOWPROOF_UI_TOKEN }, async (url) => {
    const api = `${url.replace('0.0.0.0', '127.0.0.1')}api/v1/apps`;
    expect((await fetch(api)).status).toBe(401);
    const headers = { authorization: `Bearer ${FLOWPROOF_UI_TOKEN}` };
    expect(await (await fetch(api, { headers })).json()).toMatchObject({ role: 'read' });
  });
  expect(ended.code).toBe(0);
  expect(ended.out + ended.err).not.toContain(FLOWPROOF_UI_TOKEN);
});

test('it refuses to be reached by others without a token, or with one that is none', async () => {
  for (const args of [
    ['--host', '0.0.0.0'],
    ['--token', 'short'],
    ['--port', '99999'],
    ['--port', 'x'],
  ]) {
    const ended = await called(['ui', '--database', await store(), ...args]);
    expect([args, ended.code, ended.out]).toEqual([args, 2, '']);
  }
  expect((await called(['ui'])).code).toBe(2);
});

test('a store that is away is said to be, by 3', async () => {
  const ended = await called(['ui', '--port', '0', '--database', 'postgres://nobody:secret@127.0.0.1:1/none']);
  expect(ended.code).toBe(3);
  expect(ended.err).not.toContain('secret');
});

test('with the flows of an app', async () => {
  const TEST_STORE = await store();
  const ended = await served(['--app', APP], { TEST_STORE }, async (url) => {
    const about = (await (await fetch(`${url}api/v1/apps`)).json()) as { apps: { flows: string[] }[] };
    expect(about.apps[0]?.flows.length).toBeGreaterThan(0);
  });
  expect(ended.code).toBe(0);
});
