import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEMPLATES } from '../../packages/create-flowproof/src/templates.js';
import { describePostgres } from '../support/postgres.js';
import { type Packed, packAndInstall, run } from './packed.js';
import { type RunningServer, serve } from './running-server.js';

/*
 * `npm create flowproof`, as a new user does it: from the packed tarballs, in an empty folder, with what npm then installs.
 */

const ROOT = join(import.meta.dirname, '../..');
const NPM = ['--no-audit', '--no-fund', '--prefer-offline'];
const LAMP = { item: 'lamp', card: 'visa' };
let packed: Packed;
let installed = false;

beforeAll(async () => {
  packed = await packAndInstall();
  const [created] = JSON.parse(
    await run(
      join(ROOT, 'packages/create-flowproof'),
      'npm',
      'pack',
      '--json',
      '--ignore-scripts=false',
      '--pack-destination',
      packed.folder,
    ),
  ) as [{ filename: string; files: { path: string }[] }];
  expect(created.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['dist/main.js', 'templates/base/gitignore.txt']));
  await run(packed.project, 'npm', 'install', ...NPM, join(packed.folder, created.filename));
  const [flowproof] = (await readdir(packed.folder)).filter((name) => /^flowproof-.*\.tgz$/.test(name));
  for (const template of Object.keys(TEMPLATES)) {
    const args = [`app-${template}`, '--template', template, '--flowproof', `file:${join(packed.folder, String(flowproof))}`];
    const said = await run(packed.project, join(packed.project, 'node_modules/.bin/create-flowproof'), ...args);
    expect(said).toContain(`cd app-${template}`);
    // Outside of the folder that has the packages already: it has only what it names.
    await cp(join(packed.project, `app-${template}`), join(packed.folder, `app-${template}`), { recursive: true });
  }
  installed = await installAll().then(
    () => true,
    // Without a registry there is nothing to try; where tests have to run, that is a failure.
    (error: unknown) => {
      if (process.env.CI) throw error;
      return false;
    },
  );
}, 600_000);
afterAll(() => packed?.remove());

async function installAll(): Promise<void> {
  for (const template of Object.keys(TEMPLATES)) await run(folderOf(template), 'npm', 'install', ...NPM);
}

const folderOf = (template: string): string => join(packed.folder, `app-${template}`);

const trial = (name: string, body: () => Promise<void>): void =>
  test(name, async (context) => {
    if (!installed) context.skip('what the projects need could not be installed: is there a registry?');
    await body();
  }, 300_000);

/** Begins an order that is being packed, for as long as the server lives. */
async function packing(server: RunningServer, id: string): Promise<void> {
  const headers = { 'idempotency-key': id };
  expect(await server.call('POST', '/orders', { body: LAMP, headers })).toEqual([202, { id }]);
  await server.event(`/orders/${id}/events`, { path: 'order/pack', state: 'RUNNING' });
}

describe.each(Object.keys(TEMPLATES))('a project with %s', (template) => {
  trial('compiles, passes its tests, and is built', async () => {
    const cwd = folderOf(template);
    await run(cwd, 'npm', 'run', 'types');
    expect(await run(cwd, 'npm', 'test')).toContain('3 passed');
    await run(cwd, 'npm', 'run', 'build');
  });

  trial('takes orders, says what becomes of them, cancels them, and refuses what is wrong', async () => {
    const server = await serve(folderOf(template), ['dist/server.js'], { PACKING_MS: '0' });
    const headers = { 'idempotency-key': 'good' };
    expect(await server.call('POST', '/orders', { body: LAMP, headers })).toEqual([202, { id: 'good' }]);
    const lines = await server.events('/orders/good/events');
    expect(lines.slice(-2)).toEqual(['event: end', 'data: {}']);
    expect(lines.filter((line) => line.includes('"state":"SUCCESS"')).map((line) => /"path":"([^"]+)"/.exec(line)?.[1])).toEqual([
      'order/reserve',
      'order/charge',
      'order/pack',
      undefined,
    ]);
    expect(await server.call('GET', '/orders/good')).toEqual([200, expect.objectContaining({ id: 'good', state: 'SUCCESS' })]);
    // A browser that was there up to the end hears nothing twice.
    const last = lines
      .filter((line) => line.startsWith('id: '))
      .at(-1)
      ?.slice(4);
    expect(await server.events('/orders/good/events', { 'last-event-id': String(last) })).toEqual(['event: end', 'data: {}']);
    expect((await server.events('/orders/good/events', { 'last-event-id': 'nonsense' })).length).toBe(lines.length);
    // The same request again is the same order; another one of that key is none.
    expect(await server.call('POST', '/orders', { body: LAMP, headers })).toEqual([202, { id: 'good' }]);
    expect(await server.call('POST', '/orders', { body: { ...LAMP, item: 'desk' }, headers })).toEqual([409, refused('RUN_CONFLICT')]);
    expect(await server.call('DELETE', '/orders/good')).toEqual([409, refused('RUN_ENDED')]);
    // Without a key each request is an order of its own.
    const [status, { id }] = (await server.call('POST', '/orders', { body: { item: 'piano', card: 'visa' } })) as [number, { id: string }];
    expect(status).toBe(202);
    await server.events(`/orders/${id}/events`);
    expect(await server.call('GET', `/orders/${id}`)).toEqual([
      200,
      expect.objectContaining({ state: 'REVERTED', failures: [{ path: 'order/pack', message: 'there is no box for a piano' }] }),
    ]);
    for (const body of [undefined, {}, { item: 7, card: 'visa' }])
      expect(await server.call('POST', '/orders', body && { body })).toEqual([400, refused('INVALID_INPUT')]);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/events'],
      ['DELETE', ''],
    ] as const)
      expect(await server.call(method, `/orders/nobody${path}`)).toEqual([404, refused('RUN_NOT_FOUND')]);
    expect(await server.stop()).toBe(0);
  });

  trial('is killed while it packs, and the next process goes on', async () => {
    const first = await serve(folderOf(template), ['dist/server.js'], { PACKING_MS: '3600000' });
    await packing(first, 'killed');
    await first.kill();
    const second = await serve(folderOf(template), ['dist/server.js'], { PACKING_MS: '0' });
    const lines = await second.events('/orders/killed/events');
    expect(lines.at(-2)).toBe('event: end');
    // What was done stays done.
    expect(lines.filter((line) => /order\/charge","state":"RUNNING/.test(line))).toHaveLength(1);
    expect(await second.call('GET', '/orders/killed')).toEqual([200, expect.objectContaining({ state: 'SUCCESS' })]);
    expect(await second.stop('SIGINT')).toBe(0);
  });

  trial('undoes an order that is cancelled, and stops while somebody listens', async () => {
    const server = await serve(folderOf(template), ['dist/server.js'], { PACKING_MS: '2000' });
    await packing(server, 'cancelled');
    expect(await server.call('DELETE', '/orders/cancelled')).toEqual([202, { id: 'cancelled' }]);
    await server.events('/orders/cancelled/events');
    expect(await server.call('GET', '/orders/cancelled')).toEqual([200, expect.objectContaining({ state: 'CANCELLED' })]);
    await packing(server, 'listened');
    const listening = server.events('/orders/listened/events');
    expect(await server.stop()).toBe(0);
    // Not `end`: whoever listens connects again, to the next process.
    expect((await listening).join('\n')).not.toContain('event: end');
  });
});

describePostgres('two processes of a project on one PostgreSQL', (database) => {
  trial('go on with what the other one was killed in the middle of', async () => {
    const env = { DATABASE_URL: database().url };
    const first = await serve(folderOf('express'), ['dist/server.js'], { ...env, PACKING_MS: '3600000' });
    const second = await serve(folderOf('express'), ['dist/server.js'], { ...env, PACKING_MS: '0' });
    await packing(first, 'o-1');
    expect(await second.call('GET', '/orders/o-1')).toEqual([200, expect.objectContaining({ state: 'RUNNING' })]);
    const listening = second.events('/orders/o-1/events');
    await first.kill();
    expect((await listening).at(-2)).toBe('event: end');
    expect(await second.call('GET', '/orders/o-1')).toEqual([200, expect.objectContaining({ state: 'SUCCESS' })]);
    expect(await second.stop()).toBe(0);
  });
});

function refused(code: string) {
  return { code, message: expect.any(String) };
}
