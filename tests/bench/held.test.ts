import { beforeAll, describe, expect, inject, test } from 'vitest';
import { ours } from '../../bench/held-systems.js';
import { heldRows } from '../../bench/held-transaction.js';
import { type MeteredPostgres, startMeteredPostgres } from '../../bench/meter.js';

describe.skipIf(process.env.TEST_DATABASE_URL !== undefined || inject('postgresMissing') !== undefined)('a transaction left open', () => {
  let server: MeteredPostgres;
  beforeAll(async () => {
    server = await startMeteredPostgres({ fsync: 'off', autovacuum: 'off' });
    return () => server.stop();
  }, 300_000);

  test('is told beside the time without it, with the rows that are dead', async () => {
    const system = await ours(server.url);
    const rows = await heldRows(system, 1);
    await system.close();
    expect(rows.map(({ isHeld }) => isHeld)).toEqual([false, true]);
    for (const { jobsASecond } of rows) expect(jobsASecond).toBeGreaterThan(0);
    // What jobs leave behind not even those who come by may remove. How much of it the server has counted by then is its own affair.
    const [, held] = rows;
    expect(held?.deadAfter).toBeGreaterThan(held?.deadBefore ?? 0);
  });
});
