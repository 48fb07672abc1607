import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { called, type Ended } from './program.js';

const APP = join(import.meta.dirname, '../fixtures/cli/limits-app.mjs');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-limits-'));
const env = { TEST_FOLDER: join(folder, 'store') };
const limits = (...args: readonly string[]): Promise<Ended> => called(['limits', ...args, '--app', APP], { env });
afterAll(() => rmSync(folder, { recursive: true }));

describe('flowproof limits', () => {
  test('list says what counts, set changes it for all, and reset leaves it to the code', async () => {
    expect((await limits('list', '-o', 'ids')).out).toBe('flow:billing\n');
    expect(JSON.parse((await limits('list', '-o', 'json')).out)).toMatchObject({ name: 'flow:billing', key: 'customer', concurrency: 5 });
    const set = await limits('set', 'flow:billing', '--concurrency', '2', '--rate', '100', '--per-ms', '60000');
    expect(set).toEqual({ code: 0, out: 'flow:billing is changed\n', err: '' });
    const { out } = await limits('list');
    expect(out).toMatch(/^NAME +KEY +CONCURRENCY +RATE +IN USE +WAITING +CHANGED\n/);
    expect(out).toMatch(/\nflow:billing +customer +2 +100 in 60000 ms +0 +0 +[-\d]+ [:\d]+Z\n$/);
    const stored = await called(['limits', 'list', '-o', 'json', '--database', env.TEST_FOLDER], { env });
    expect(JSON.parse(stored.out)).toMatchObject({ flow: 'billing', concurrency: 2, rate: { limit: 100, perMs: 60_000 } });
    expect((await limits('set', 'flow:billing', '--concurrency', 'Infinity')).code).toBe(0);
    expect(JSON.parse((await limits('list', '-o', 'json')).out)).toMatchObject({ concurrency: 'Infinity', code: { concurrency: 5 } });
    expect(await limits('reset', 'flow:billing')).toEqual({ code: 0, out: 'flow:billing is as the code says\n', err: '' });
    expect(JSON.parse((await limits('list', '-o', 'json')).out)).not.toHaveProperty('changedAtMs');
  });

  test('what makes no sense is refused, and changes nothing', async () => {
    for (const [args, text] of [
      [['billing', '--concurrency', '2'], 'did you mean'],
      [['flow:billing', '--concurrency', 'many'], "--concurrency 'many' is no number"],
      [['flow:billing', '--concurrency', '0'], 'INVALID_LIMIT'],
      [['flow:billing', '--rate', '5'], '--rate and --per-ms are said together'],
      [['flow:billing'], 'nothing is said'],
    ] as const) {
      const { code, err } = await limits('set', ...args);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(text) });
    }
    expect(JSON.parse((await limits('list', '-o', 'json')).out)).toMatchObject({ concurrency: 5 });
  });
});
