import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, defineTask, flowproof, linear, type Persistence, type TaskContext } from '../../src/index.js';
import { type Clock, systemClock } from '../../src/model/clock.js';
import type { Journal } from '../../src/persistence/index.js';
import { Gate } from '../app/gate.js';
import { describePostgres } from '../support/postgres.js';

const add = defineTask({
  name: 'add',
  requires: ['n'],
  provides: ['sum'],
  execute: async ({ n }: { n: number }) => ({ sum: n + 1 }),
});
const sum = linear('sum').input<{ n: number }>().add(add).build();

/** The ticks of its apps say nothing of posted runs: what is claimed was heard of. */
function deafTicks(persistence: Persistence): Persistence {
  const tick = async (journal: Journal, params: Parameters<Journal['tick']>[0]) => {
    const result = await journal.tick(params);
    return result.take === undefined ? result : { ...result, take: { ...result.take, posted: false } };
  };
  const connect = () =>
    new Proxy(persistence.connect(), {
      get(journal, name) {
        if (name === 'tick') return (params: Parameters<Journal['tick']>[0]) => tick(journal, params);
        const value: unknown = Reflect.get(journal, name);
        return typeof value === 'function' ? value.bind(journal) : value;
      },
    });
  return { ...persistence, connect };
}

describePostgres('a word between processes that a run is due', (database) => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  const open = (persistence: Persistence = postgres(database().url)) => {
    const app = flowproof({ persistence, flows: [sum], recover: false });
    stops.push(() => app.stop());
    return app;
  };
  /** A conductor that knows of posted runs by that word alone. */
  const working = async (source = postgres(database().url)) => {
    const works = conductor(open(deafTicks(source)));
    stops.push(() => works.stop());
    await works.start();
    return works;
  };
  /** A session that notes each word. */
  const listening = async () => {
    const client = new pg.Client({ connectionString: database().url });
    await client.connect();
    stops.push(() => client.end());
    const heard: string[] = [];
    client.on('notification', ({ channel, payload }) => heard.push(`${channel}${payload}`));
    await client.query('listen flowproof_due');
    return {
      // What was told before this statement ended has been heard when it has.
      async heard() {
        await client.query('select');
        return heard;
      },
    };
  };

  test('lets a conductor elsewhere begin it before its next tick, and says no more than that', async () => {
    await working();
    const { heard } = await listening();
    const poster = open();
    for (const id of ['a', 'b'])
      expect(await (await poster.post(sum, { id, inputs: { n: 1 } })).result()).toMatchObject({ state: 'SUCCESS' });
    expect(new Set(await heard())).toEqual(new Set(['flowproof_due']));
  });

  test.each([
    'a conductor',
    'an app that has posted',
  ])('that comes while %s claims is no older than that claim: another one follows', async (who) => {
    const [claimed, heard] = [new Gate(), new Gate()];
    const source = deafTicks(postgres(database().url));
    let isHeld = false;
    const holding: Persistence = {
      ...source,
      connect: () =>
        new Proxy(source.connect(), {
          get(journal, name) {
            const value: unknown = Reflect.get(journal, name);
            if (name !== 'claim') return value;
            return async (...params: Parameters<Journal['claim']>) => {
              const result = await journal.claim(...params);
              if (result.claimed.length === 0 || isHeld) return result;
              isHeld = true;
              claimed.open();
              await heard.opened;
              return result;
            };
          },
        }),
    };
    const app = flowproof({ persistence: holding, flows: [sum], recover: who !== 'a conductor' });
    stops.push(() => app.stop());
    if (who === 'a conductor') {
      const works = conductor(app);
      stops.push(() => works.stop());
      await works.start();
    }
    const poster = who === 'a conductor' ? open() : app;
    const first = await poster.post(sum, { id: `first-${who.length}`, inputs: { n: 1 } });
    await claimed.opened;
    const second = await poster.post(sum, { id: `second-${who.length}`, inputs: { n: 2 } });
    // More than the chance after which it is looked: an old claim that ends later would be found to have seen all.
    await new Promise((resolve) => setTimeout(resolve, 100));
    heard.open();
    expect(await Promise.all([first.result(), second.result()])).toMatchObject([{ state: 'SUCCESS' }, { state: 'SUCCESS' }]);
  });

  test('goes out with the transaction that posts, and not without it', async () => {
    const { heard } = await listening();
    const poster = open();
    const client = new pg.Client({ connectionString: database().url });
    await client.connect();
    stops.push(() => client.end());
    await client.query('begin');
    await poster.post(sum, { id: 'never', inputs: { n: 1 }, transaction: client });
    await client.query('rollback');
    expect(await heard()).toEqual([]);
    await working();
    await client.query('begin');
    const run = await poster.post(sum, { id: 'with', inputs: { n: 1 }, transaction: client });
    expect(await heard()).toEqual([]);
    await client.query('commit');
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
  });

  test('is not given for what is due later, and seldom in a burst', async () => {
    const { heard } = await listening();
    const poster = open();
    await poster.post(sum, { inputs: { n: 1 }, delayMs: 3_600_000 });
    expect(await heard()).toEqual([]);
    const begunAt = performance.now();
    await Promise.all(Array.from({ length: 200 }, (_, n) => poster.post(sum, { inputs: { n } })));
    const mostTold = 2 + (performance.now() - begunAt) / 10;
    expect((await heard()).length).toBeGreaterThan(0);
    expect((await heard()).length).toBeLessThanOrEqual(mostTold);
  });

  test('is heard again when the session that hears was cut', async () => {
    const works = await working();
    const poster = open();
    await (await poster.post(sum, { inputs: { n: 1 } })).result();
    await database().admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    // What is told while there is no session is not heard: until there is one, more is told.
    await expect
      .poll(
        async () => {
          await poster.post(sum, { inputs: { n: 1 } }).catch(() => undefined);
          return works.state().counts.consumed;
        },
        { timeout: 50_000, interval: 100 },
      )
      .toBeGreaterThan(1);
  });

  test('is not heard behind a pooler of transactions, where the ticks say it', async () => {
    const works = conductor(open(postgres(database().url, { pooler: 'transaction' })));
    stops.push(() => works.stop());
    await works.start();
    const run = await open().post(sum, { inputs: { n: 1 } });
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
  });

  /** No tick comes by itself: only one that something has asked for, soon. */
  const clock: Clock = {
    ...systemClock,
    after: (ms, callback, options) => (options?.upkeep === true && ms > 100 ? () => undefined : systemClock.after(ms, callback, options)),
  };
  const held = (begun: () => void, until: () => Promise<void>) => {
    const services = { begun, until };
    type Context = TaskContext<typeof services>;
    const first = defineTask({ name: 'first', execute: async (_: object, { services: { until } }: Context) => until() });
    const second = defineTask({ name: 'second', execute: async (_: object, { services: { begun } }: Context) => begun() });
    return { flow: linear('held').add(first).add(second).build(), services };
  };
  const openHeld = ({ flow, services }: ReturnType<typeof held>, recover: boolean) => {
    const app = flowproof({ persistence: postgres(database().url), flows: [flow], services, recover, clock, leaseMs: 3_600_000 });
    stops.push(() => app.stop());
    return app;
  };

  test.each([
    ['an app stops', 'app'],
    ['a conductor stops', 'conductor'],
    ['a conductor stops whose task outlasts its grace', 'conductor without grace'],
  ] as const)('lets others go on at once with a run that was let go of when %s', async (_, what) => {
    const [gate, elsewhere, begins] = [new Gate(), new Gate(), new Gate()];
    elsewhere.open();
    const one = openHeld(
      held(
        () => undefined,
        () => gate.pass(),
      ),
      what === 'app',
    );
    const hers = held(
      () => begins.open(),
      () => elsewhere.pass(),
    );
    const other = openHeld(hers, what === 'app');
    const works = what === 'app' ? undefined : conductor(one);
    if (works === undefined) {
      await one.start(hers.flow);
    } else {
      stops.push(() => works.stop());
      await works.start();
      await one.post(hers.flow);
    }
    await gate.reached;
    if (works === undefined) {
      await other.ready();
    } else {
      const next = conductor(other);
      stops.push(() => next.stop());
      await next.start();
    }
    const stopped = works === undefined ? one.stop() : works.stop({ mode: 'handover', ...(what !== 'conductor' && { graceMs: 0 }) });
    if (what !== 'conductor without grace') gate.open();
    await begins.opened;
    gate.open();
    await stopped;
  });
});
