import pg from 'pg';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, defineTask, flowproof, linear, type TaskContext } from '../../src/index.js';
import type { ClaimRunsParams, Journal } from '../../src/persistence/index.js';
import { appendStatement } from '../../src/sql/append/append-statements.js';
import { statement } from '../../src/sql/client/statement.js';
import { journalStatements } from '../../src/sql/journal/statements.js';
import { claimLimitedText, limitedParams } from '../../src/sql/read/claim-limited.js';
import { describePostgres } from '../support/postgres.js';
import { looksAt } from './rows-read.js';

const OWNERS = ['1', '2', '3', '4', '5', '6'].map((digit) => `11111111-1111-4111-8111-11111111111${digit}`);
const MANY = 50_000;
/** One value that has all its slots, and behind it one that has none. */
const FILL = `insert into flowproof.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, created_at, priority, wake_at, delayed, limit_key)
  select gen_random_uuid(), key || n, 'mine', 1, 'f', 'h', 'PENDING', now(), n % 7 - 3, now(), false, key
  from generate_series(1, ${MANY}) n, unnest(array['busy', 'idle']) key`;

describePostgres(`runs that wait for a limit, ${MANY} of each of two keys`, (database) => {
  const params = { owner: OWNERS[0] as string, flow: 'mine', limit: 16, format: 2, maxLosses: 6, fromKey: '' };
  const limits = { concurrency: 4, key: 'customer', rate: { limit: 100, perMs: 60_000 } };
  let client: pg.Client;
  beforeAll(async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    await journal.close();
    await database().admin.query(FILL);
    await database().admin.query(
      `insert into flowproof.slots (name, key, n, run_id) select 'flow:mine', 'busy', n, gen_random_uuid() from generate_series(0, 3) n`,
    );
    client = new pg.Client({ connectionString: database().url });
    await client.connect();
    // As our own connections have it.
    await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off');
    return () => client.end();
  }, 300_000);

  test.each(['planned without statistics', 'planned with them'])('a claim reads what may begin, and not what waits: %s', async (when) => {
    if (when === 'planned with them') await database().admin.query('analyze');
    await client.query('begin');
    const rows = await looksAt(client, statement(claimLimitedText('"flowproof"', false)), limitedParams({ ...params, limits }));
    await client.query('rollback');
    expect(rows).toBeLessThan(1_500);
  }, 300_000);
});

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

describePostgres('limits of flows on PostgreSQL', (database) => {
  async function journals(count: number): Promise<readonly Journal[]> {
    const all = [];
    for (let index = 0; index < count; index++) {
      const journal = postgres(database().url).connect();
      await journal.open();
      await journal.tick({ owner: OWNERS[index] as string, leaseMs: 60_000, watch: [] });
      stops.push(() => journal.close());
      all.push(journal);
    }
    return all;
  }
  const post = (flow: string, count: number, key: string) =>
    database().admin.query(
      `insert into flowproof.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, created_at, wake_at, delayed, limit_key)
        select gen_random_uuid(), $1 || $3 || n, $1, 1, 'f', 'h', 'PENDING', now(), now(), false, $3 from generate_series(1, $2::int) n`,
      [flow, count, key],
    );
  const claiming = (index: number, flow: string, limits: NonNullable<ClaimRunsParams['limits']>[string]): ClaimRunsParams => ({
    owner: OWNERS[index] as string,
    flows: [flow],
    limit: 8,
    format: 2,
    maxLosses: 6,
    thorough: false,
    limits: { [flow]: limits },
  });

  test('of many that claim at the same moment no more are granted than there are slots, nor than the rate has starts', async () => {
    const all = await journals(6);
    for (let round = 0; round < 20; round++) {
      await post(`race${round}`, 40, 'a');
      const limits = { concurrency: 5, rate: { limit: 4, perMs: 600_000 } };
      const both = await Promise.all(
        all.map((journal, index) => journal.claim(claiming(index, `race${round}`, round % 2 === 0 ? limits : { concurrency: 5 }))),
      );
      let granted = both.flatMap(({ claimed }) => claimed).length;
      for (let more = 0; more < 6; more++)
        granted += (await all[0]?.claim(claiming(0, `race${round}`, round % 2 === 0 ? limits : { concurrency: 5 })))?.claimed.length ?? 0;
      expect(granted).toBe(round % 2 === 0 ? 4 : 5);
    }
  }, 300_000);

  test('the slot of a claimer that died before it began is free for the next one', async () => {
    const [dead, heir] = await journals(2);
    await post('orphaned', 2, 'a');
    expect((await dead?.claim(claiming(0, 'orphaned', { concurrency: 1 })))?.claimed).toHaveLength(1);
    expect((await heir?.claim(claiming(1, 'orphaned', { concurrency: 1 })))?.claimed).toHaveLength(0);
    await dead?.release(OWNERS[0] as string);
    const take = { flows: [], limit: 0, format: 2, except: [], thorough: false, aheadMs: 0, nowMs: Date.now(), asleepOnly: false };
    await heir?.tick({ owner: OWNERS[1] as string, leaseMs: 60_000, watch: [], take });
    expect((await heir?.claim(claiming(1, 'orphaned', { concurrency: 1 })))?.claimed).toHaveLength(1);
    const { rows } = await database().admin.query(`select count(*)::int as slots from flowproof.slots where name = 'flow:orphaned'`);
    expect(rows).toEqual([{ slots: 1 }]);
  });

  test('a key that has room is found behind any number of others that have none', async () => {
    const [journal] = await journals(1);
    // What holds their places is under way.
    await post('holders', 1, 'a');
    await database().admin.query(`update flowproof.runs set state = 'RUNNING', wake_at = 'infinity' where flow = 'holders'`);
    await database().admin.query(
      `with keys as (select 'k' || lpad(n::text, 5, '0') as key, n from generate_series(1, 2500) n)
        , runs as (insert into flowproof.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, created_at, wake_at, delayed, limit_key)
          select gen_random_uuid(), 'crowd' || key, 'crowd', 1, 'f', 'h', 'PENDING', now(), now(), false, key from keys)
        insert into flowproof.slots (name, key, n, run_id) select 'flow:crowd', key, 0, r.run_id from keys, lateral (
          select run_id from flowproof.runs where flow = 'holders' order by run_id limit 1) r`,
    );
    await post('crowd', 1, 'last');
    expect((await journal?.claim(claiming(0, 'crowd', { concurrency: 1 })))?.claimed.map(({ key }) => key)).toEqual(['crowdlast1']);
  });

  test('a row in the database counts in the place of what the code says, from the next claim on', async () => {
    const [journal] = await journals(1);
    await post('changed', 9, 'a');
    const set = (concurrency: number) =>
      database().admin.query(
        `insert into flowproof.limits (name, concurrency) values ('flow:changed', $1) on conflict (name) do update set concurrency = excluded.concurrency`,
        [concurrency],
      );
    const claimed = async () => (await journal?.claim(claiming(0, 'changed', { concurrency: 2 })))?.claimed.length;
    expect(await claimed()).toBe(2);
    await set(5);
    expect([await claimed(), await claimed()]).toEqual([3, 0]);
    await set(1);
    expect(await claimed()).toBe(0);
    await database().admin.query(`delete from flowproof.limits; delete from flowproof.slots where name = 'flow:changed'`);
    expect(await claimed()).toBe(2);
  });

  test('no statement of flows without limits names what only limits need', () => {
    const forms = [true, false].flatMap((changes) =>
      (['one', 'many'] as const).map((rows) => ({ rows, changes, relaxed: false, skips: false, hurries: false, frees: false })),
    );
    const { claim, claimThoroughly, tick, giveBack } = journalStatements('s');
    const ticks = [true, false].flatMap((due) => (['none', 'usual', 'thorough'] as const).map((take) => tick({ take, due })));
    const all = [claim, claimThoroughly, ...ticks, giveBack, ...forms.map((form) => appendStatement('s', form))];
    for (const { text } of all) expect(text).not.toMatch(/slots|starts|s\.limits|limit_key/);
    expect(appendStatement('s', { ...(forms[0] as (typeof forms)[0]), frees: true }).text).toContain('s.slots');
  });

  test('the step that ends a run frees its slot, and runs of flows without limits take no column and no row for it', async () => {
    const counts = { now: 0, most: 0 };
    const work = defineTask({
      name: 'work',
      requires: ['n'],
      async execute(_: { n: number }, { services }: TaskContext<{ readonly counts: { now: number; most: number } }>) {
        services.counts.most = Math.max(services.counts.most, ++services.counts.now);
        await new Promise((resolve) => setImmediate(resolve));
        services.counts.now--;
      },
    });
    const limited = linear('limited', { concurrency: 3 }).input<{ n: number }>().add(work).build();
    const free = linear('free').input<{ n: number }>().add(work).build();
    const apps = [1, 2, 3].map(() => flowproof({ persistence: postgres(database().url), flows: [limited, free], services: { counts } }));
    const runs = [];
    for (const app of apps) {
      const works = conductor(app, { concurrency: 20 });
      stops.push(
        () => app.stop(),
        () => works.stop(),
      );
      await works.start();
    }
    for (let n = 0; n < 60; n++) {
      const app = apps[n % 3] as (typeof apps)[0];
      runs.push(n % 2 === 0 ? await app.post(limited, { inputs: { n } }) : await app.start(limited, { inputs: { n } }));
    }
    for (const one of runs) expect(await one.result()).toMatchObject({ state: 'SUCCESS' });
    expect(counts.most).toBeLessThanOrEqual(3);
    await apps[0]?.run(free, { inputs: { n: 1 } });
    const { rows } = await database().admin.query(
      `select (select count(*)::int from flowproof.slots where name = 'flow:limited') as slots, (select count(*)::int from flowproof.runs where flow = 'free' and limit_key is null) as free`,
    );
    expect(rows).toEqual([{ slots: 0, free: 1 }]);
  }, 300_000);
});
