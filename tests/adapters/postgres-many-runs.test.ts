import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import type { PruneParams, RunFilter } from '../../src/persistence/index.js';
import type { Statement } from '../../src/sql/client/sql.js';
import { journalStatements } from '../../src/sql/journal/statements.js';
import { listRuns } from '../../src/sql/read/list-runs.js';
import { pruneRuns } from '../../src/sql/read/prune-runs.js';
import { summaries, summariesOfStandby } from '../../src/sql/read/summaries.js';
import { takeParams } from '../../src/sql/read/take-runs.js';
import { describePostgres } from '../support/postgres.js';
import { looksAt } from './rows-read.js';

const SOURCES = [summaries('"flowproof"'), summariesOfStandby('"flowproof"')];
const RUNS = 20_000;
/** More than a page reads, and less than any walk. */
const READ_AT_MOST = 700;

/** Old runs that are done, with a few others among them: what a table looks like after some time. */
const FILL = `
  insert into flowproof.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, created_at, ended_at, logbook, metadata)
  select ('0190a000-' || lpad(to_hex(n >> 16), 4, '0') || '-7' || lpad(to_hex((n >> 4) & 4095), 3, '0') || '-8' || lpad(to_hex(n & 15), 3, '0') || '-000000000000')::uuid,
    'key-' || n, case when n % 5000 = 0 then 'rare' when n < 8000 then 'former' else 'common' end, 1, 'f', 'h',
    case when n % 4000 = 0 then 'RUNNING' when n % 3 = 0 then 'REVERTED' when n % 2000 = 1 then 'FAILURE' else 'SUCCESS' end,
    now() - interval '9 days', case when n % 4000 = 0 then null else now() - interval '8 days' end,
    case when n % 2 = 0 then 'big' when n % 5000 = 1 then 'small' end,
    json_build_object('customer', 'c-' || n % 10000, 'kind', 'all')
  from generate_series(1, ${RUNS}) n;
  insert into flowproof.run_metadata select e.key, e.value, run_id from flowproof.runs, json_each_text(metadata) e`;

const FILTERS: readonly (readonly [what: string, filter: RunFilter])[] = [
  ['the latest', {}],
  ['those that go on, few among many that were undone', { states: ['RUNNING', 'SUSPENDED'] }],
  ['what nobody alive has', { states: ['RUNNING'], ownerless: true }],
  ['those that are done', { states: ['SUCCESS'] }],
  ['a few failures among many that were undone', { states: ['FAILURE'] }],
  ['a few failures of a flow that always runs', { flow: 'common', states: ['FAILURE'] }],
  ['a few failures in a logbook that is large', { logbook: 'big', states: ['FAILURE', 'SUSPENDED'] }],
  ['all that has ended', { states: ['SUCCESS', 'REVERTED', 'FAILURE', 'CANCELLED'] }],
  ['a flow that runs rarely', { flow: 'rare' }],
  ['a flow that always runs', { flow: 'common' }],
  ['a flow that ran often, but long ago', { flow: 'former' }],
  ['a logbook that is small', { logbook: 'small' }],
  ['a logbook that is large', { logbook: 'big' }],
  ['a rare pair of metadata', { metadata: { customer: 'c-7' } }],
  ['a pair that all have', { metadata: { kind: 'all' } }],
  ['a pair that nobody has', { metadata: { customer: 'nobody' } }],
  ['a rare pair first, with one that all have', { metadata: { customer: 'c-7', kind: 'all' } }],
];

describePostgres(`among ${RUNS} runs`, (database) => {
  let client: pg.Client;
  beforeAll(async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    await journal.close();
    await database().admin.query(FILL);
    await database().admin.query('analyze flowproof.runs; analyze flowproof.run_metadata');
    client = new pg.Client({ connectionString: database().url });
    await client.connect();
    // As our own connections have it.
    await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off');
    return () => client.end();
  });

  test.each(FILTERS)('a page reads about a page: %s', async (_what, filter) => {
    const looked: number[] = [];
    const read = async (statement: Statement, params: readonly unknown[]) => {
      looked.push(await looksAt(client, statement, params));
      return (await client.query({ text: statement.text, values: [...params] })).rows;
    };
    for (const source of SOURCES) {
      if (source.alive === undefined && filter.ownerless === true) continue;
      const first = await listRuns({ schema: '"flowproof"', source, filter: { ...filter, limit: 50 }, read });
      const before = first.next ?? first.runs.at(-1)?.runId;
      if (before !== undefined) await listRuns({ schema: '"flowproof"', source, filter: { ...filter, limit: 50, before }, read });
    }
    for (const rows of looked) expect(rows).toBeLessThan(READ_AT_MOST);
  });

  test('a batch of pruning reads about a batch, and a walk is seen as one', async () => {
    const looked: number[] = [];
    const params: PruneParams = { endedBeforeMs: Date.now(), limit: 50 };
    const read = async (statement: Statement, values: readonly unknown[]) => {
      await client.query('begin');
      looked.push(await looksAt(client, statement, values));
      await client.query('rollback');
      return [];
    };
    await pruneRuns({ schema: '"flowproof"', params, read });
    expect(looked[0]).toBeLessThan(2 * READ_AT_MOST);
    expect(await looksAt(client, { name: '', text: `select from flowproof.runs where key like '%-19999'` }, [])).toBeGreaterThan(RUNS - 10);
  });
});

/** All that a tick need not look at: runs that are driven, that sleep, that rest, and that nobody here knows; and who drives them. */
const OTHERS = `
  insert into flowproof.leases (owner, expires_at, renewal_due_at)
    select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now() + interval '1 day', now() + interval '1 day' from generate_series(1, 20) n;
  insert into flowproof.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, created_at, owner, wake_at, takes)
  select gen_random_uuid(), 'other-' || n, case when kind in ('unknown', 'posted') then 'unknown' else 'mine' end, 1, 'f', 'h',
    case kind when 'posted' then 'PENDING' when 'suspended' then 'SUSPENDED' else 'RUNNING' end, now(),
    case when kind = 'driven' then ('00000000-0000-4000-8000-' || lpad(to_hex(1 + n % 20), 12, '0'))::uuid end,
    case kind when 'sleeps' then now() + interval '1 hour' when 'poisoned' then 'infinity' end, case when kind = 'poisoned' then 5 else 0 end
  from generate_series(1, ${RUNS}) n, lateral (
    select case when n % 500 = 0 then 'poisoned' else (array['unknown', 'posted', 'suspended', 'sleeps', 'driven'])[1 + n % 5] end as kind) k`;

describePostgres(`a tick beside ${RUNS} runs that it does not take`, (database) => {
  const owner = '11111111-1111-4111-8111-111111111111';
  const take = {
    flows: ['mine', 'mine-too'],
    limit: 50,
    format: 1,
    except: ['22222222-2222-4222-8222-222222222222'],
    thorough: false,
    aheadMs: 1_000,
    nowMs: 0,
    asleepOnly: false,
  };
  const { tick } = journalStatements('"flowproof"');
  const [tickAndTake, tickThoroughly] = [tick({ take: 'usual', due: false }), tick({ take: 'thorough', due: false })];
  let client: pg.Client;
  beforeAll(async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    await journal.close();
    client = new pg.Client({ connectionString: database().url });
    await client.connect();
    await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off');
    return () => client.end();
  });
  const looked = async (statement: Statement): Promise<number> => {
    await client.query('begin');
    const rows = await looksAt(client, statement, [owner, 5_000, [], 1_500, ...takeParams(take)]);
    await client.query('rollback');
    return rows;
  };

  test.each(['planned when there was nothing', 'planned with statistics'])('looks at few of them: %s', async (when) => {
    if (when === 'planned when there was nothing') await database().admin.query(OTHERS);
    else await database().admin.query('analyze flowproof.runs; analyze flowproof.leases');
    expect(await looked(tickAndTake)).toBeLessThan(READ_AT_MOST);
    // Now and then what this owner has, what is left alone (100 at most), and each owner once.
    expect(await looked(tickThoroughly)).toBeLessThan(2 * READ_AT_MOST);
  });

  test('finds what is due among them, of a living owner nothing, and of a dead one what it has', async () => {
    await client.query(`update flowproof.leases set expires_at = now() - interval '1 day' where owner::text like '%0005'`);
    await client.query(
      `update flowproof.runs set wake_at = null where key in (select key from flowproof.runs where wake_at < 'infinity' limit 3)`,
    );
    const journal = postgres(database().url).connect();
    await journal.open();
    const tick = async () => (await journal.tick({ owner, leaseMs: 5_000, watch: [], take })).take;
    const first = await tick();
    expect([first?.taken.length, first?.more]).toEqual([3, true]);
    const second = await tick();
    expect(second?.taken).toHaveLength(50);
    await journal.close();
  });
});
