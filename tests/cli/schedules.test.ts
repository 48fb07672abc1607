import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { called, type Ended } from './program.js';

const APP = join(import.meta.dirname, '../fixtures/cli/schedules-app.mjs');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-schedules-'));
const env = { TEST_FOLDER: join(folder, 'store') };
const schedules = (...args: readonly string[]): Promise<Ended> => called(['schedules', ...args, '--app', APP], { env });

// Declared by an app that was there once.
beforeAll(async () => {
  const program = `const { app } = await import(${JSON.stringify(pathToFileURL(APP).href)}); await app.ready(); await app.stop();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { env: { ...process.env, ...env } });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('flowproof schedules', () => {
  test('list says when each fires next, and what it began', async () => {
    const { code, out, err } = await schedules('list');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^NAME +FLOW +WHEN +NEXT +LAST RUN\n/);
    expect(out).toMatch(/\nhourly +nights +every 3600000 ms +[-\d]+ \d\d:00:00Z\n/);
    expect(out).toMatch(/\nnightly +nights +0 3 \* \* \* Europe\/Berlin +[-\d]+ 0[12]:00:00Z\n/);
    const lines = (await schedules('list', '-o', 'json')).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { name: 'hourly', everyMs: 3_600_000, paused: false },
      { name: 'nightly', cron: '0 3 * * *' },
    ]);
    expect((await schedules('list', '-o', 'ids')).out).toBe('hourly\nnightly\n');
  });

  test('pause, resume and remove change what is stored, and say so', async () => {
    expect(await schedules('pause', 'nightly', 'hourly')).toEqual({ code: 0, out: 'nightly is paused\nhourly is paused\n', err: '' });
    expect((await schedules('list')).out).toMatch(/nightly .* paused\n/);
    expect(await schedules('resume', 'nightly')).toEqual({ code: 0, out: 'nightly fires again\n', err: '' });
    expect(await schedules('pause', 'nobody')).toMatchObject({ code: 1, err: expect.stringContaining('SCHEDULE_NOT_FOUND') });
    expect((await schedules('remove', 'hourly')).code).toBe(2);
    expect(await schedules('remove', 'hourly', '--yes')).toEqual({ code: 0, out: 'hourly is removed\n', err: '' });
    expect((await schedules('list', '-o', 'ids')).out).toBe('nightly\n');
  });

  test('run begins a run now, and drives it here', async () => {
    const { code, out } = await schedules('run', 'nightly');
    expect(out).toMatch(/^cron:nightly@[-\d]+T[:.\d]+Z {2}SUCCESS\n$/);
    expect(code).toBe(0);
    expect((await schedules('list')).out).toMatch(/nightly .* cron:nightly@/);
    expect(await schedules('run', 'nobody')).toMatchObject({ code: 1, err: expect.stringContaining('SCHEDULE_NOT_FOUND') });
    expect((await called(['schedules', 'run', 'nightly'], { env })).code).toBe(2);
  });
});
