import { expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, type Persistence, type TaskContext, waitFor } from '../../src/index.js';
import { Gate } from '../app/gate.js';
import { describePostgres } from '../support/postgres.js';

const HOUR_MS = 3_600_000;
/** Long enough for a run to come to where it is left, on a busy machine. */
const LATE_MS = 5_000;
const DEADLINE = { path: 'order', failure: { code: 'DEADLINE' } };

interface Services {
  readonly log: string[];
  readonly gate: Gate;
}
type Context = TaskContext<Services>;
const reserve = defineTask({
  name: 'reserve',
  execute: async (_: {}, { services: { log } }: Context) => void log.push('reserved'),
  revert: async (_: {}, _outcome, { services: { log } }: Context) => void log.push('freed'),
});
const hold = defineTask({
  name: 'hold',
  execute: async (_: {}, { services: { log, gate } }: Context) => {
    log.push('held');
    await gate.pass();
  },
});
const order = linear('order').add(reserve).add(waitFor('payment')).add(hold).build();

describePostgres('the deadline of a run, in PostgreSQL', (database) => {
  let schemas = 0;
  const storeOf = (): { readonly schema: string; readonly store: () => Persistence } => {
    const schema = `deadlines_${schemas++}`;
    return { schema, store: () => postgres(database().url, { schema }) };
  };
  const appOf = (persistence: Persistence, more: object = {}) => {
    const services: Services = { log: [], gate: new Gate() };
    return { services, app: flowproof({ persistence, flows: [order], services, graceMs: 0, ...more }) };
  };

  test('ends a run that waits, which is undone', async () => {
    const { app, services } = appOf(storeOf().store());
    expect(await app.run(order, { deadlineMs: 300 })).toMatchObject({ state: 'REVERTED', failures: [DEADLINE] });
    expect(services.log).toEqual(['reserved', 'freed']);
    await app.stop();
  });

  test('is over for who takes the run up when it has passed meanwhile: nothing of it is called but what undoes', async () => {
    const { schema, store } = storeOf();
    const first = appOf(store());
    const run = await first.app.start(order, { id: 'r', deadlineMs: LATE_MS });
    await run.signal('payment');
    await first.services.gate.reached;
    await first.app.stop();
    await vi.waitFor(async () => {
      const { rows } = await database().admin.query(
        `select created_at < clock_timestamp() - ${LATE_MS} * interval '1 ms' as over from ${schema}.runs`,
      );
      expect(rows[0]?.over).toBe(true);
    });
    const second = appOf(store());
    expect(await second.app.resume(order, 'r')).toMatchObject({
      state: 'REVERTED',
      failures: [DEADLINE, { path: 'order/hold', failure: { code: 'INTERRUPTED' } }],
    });
    expect(second.services.log).toEqual(['freed']);
    await second.app.stop();
  });

  test('is when a run that sleeps is due, by the clock of the server, whatever that of its process says', async () => {
    const { schema, store } = storeOf();
    const ahead = { nowMs: () => Date.now() + HOUR_MS, monotonicMs: () => performance.now(), after: (ms: number, call: () => void) => { const timer = setTimeout(call, Math.min(ms, 2 ** 31 - 1)); return () => clearTimeout(timer); } }; // biome-ignore format: one value
    const { app } = appOf(store(), { clock: ahead });
    await app.start(order, { id: 'r', deadlineMs: HOUR_MS / 2 });
    await vi.waitFor(async () => expect((await app.runs()).runs).toMatchObject([{ state: 'RUNNING', asleep: {} }]));
    const text = `select extract(epoch from wake_at - clock_timestamp()) * 1000 as "inMs" from ${schema}.runs`;
    const inMs = Number((await database().admin.query(text)).rows[0]?.inMs);
    expect(Math.abs(inMs - HOUR_MS / 2)).toBeLessThan(60_000);
    await app.stop();
  });
});
