import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePostgres } from '../support/postgres.js';
import { Fleet, timesOf } from './fleet.js';

const HOUR_MS = 3_600_000;
const directory = mkdtempSync(join(tmpdir(), 'flowproof-clocks-'));
let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.of('clocks', directory);
});
afterAll(async () => {
  await fleet.killAll();
  rmSync(directory, { recursive: true, force: true });
});

describePostgres('three processes whose clocks differ by an hour', (database) => {
  test('fire each second once, and leave none out, though one of them is killed', async () => {
    const begin = (aheadMs: number) => fleet.begin({ database: database().url, schema: 'clocks', schedule: 'often', aheadMs });
    const [first] = [begin(-HOUR_MS), begin(0), begin(HOUR_MS)];
    await fleet.done(4);
    await first?.kill();
    begin(-HOUR_MS);
    await fleet.done(8);
    await fleet.end();
    const times = timesOf(fleet.all());
    expect(times.length).toBeGreaterThanOrEqual(8);
    const [from = 0] = times;
    expect(times).toEqual(times.map((_, index) => from + index * 1_000));
    const { rows } = await database().admin.query('select extract(epoch from clock_timestamp()) * 1000 as ms');
    expect(Math.abs(from - Number(rows[0].ms))).toBeLessThan(HOUR_MS / 2);
    // Who dies calls again by the same key.
    expect(new Set(fleet.all().map(({ run, key }) => `${run} ${key}`)).size).toBe(times.length);
  });
});
