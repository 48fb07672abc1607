import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { greet } from '../../src/adapters/postgres/pooler.js';
import { describePostgres } from '../support/postgres.js';

const settings = { enable_seqscan: 'off', lock_timeout: '2000' };
/** As a pooler greets: with the number of a backend that is not there. */
const ANOTHER_PID = 1;

describePostgres('a new connection', (database) => {
  let client: pg.PoolClient;
  let pool: pg.Pool;
  beforeEach(async () => {
    pool = new pg.Pool({ connectionString: database().url, max: 1 });
    client = await pool.connect();
  });
  afterEach(async () => {
    client.release();
    await pool.end();
  });

  const seqscan = async () => (await client.query('show enable_seqscan')).rows[0].enable_seqscan;
  const separate = async () => {
    const other = new pg.Client({ connectionString: database().url });
    await other.connect();
    return { client: other, end: () => other.end() };
  };
  const never = async () => expect.unreachable('nobody is in between');

  test('that is ours is set as we need it, without a second one', async () => {
    await greet(client, { settings, another: never });
    expect(await seqscan()).toBe('off');
  });

  test('that somebody keeps for us is set, too', async () => {
    Object.assign(client, { processID: ANOTHER_PID });
    await greet(client, { settings, another: separate });
    expect(await seqscan()).toBe('off');
  });

  test('that is lent to others is refused, with what to do, and left as it was', async () => {
    Object.assign(client, { processID: ANOTHER_PID });
    const same = async () => ({ client, end: async () => undefined });
    await expect(greet(client, { settings, another: same })).rejects.toMatchObject({
      code: 'STORE_POOLER',
      message: expect.stringContaining("pooler: 'transaction'"),
    });
    expect(await seqscan()).toBe('on');
  });
});
