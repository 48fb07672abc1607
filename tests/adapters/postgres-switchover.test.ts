import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, type TaskContext } from '../../src/index.js';
import { Gate } from '../app/gate.js';
import { describePostgres } from '../support/postgres.js';
import { type Pair, startPair } from '../support/standby.js';
import { startWire, type Wire } from '../support/wire.js';

const TEST_MS = 60_000;
const wait = defineTask({
  name: 'wait',
  execute: (_: {}, { services }: TaskContext<{ gate: Gate }>) => services.gate.pass(),
});
const after = defineTask({ name: 'after', execute: async () => undefined });
const flow = linear('waiting').add(wait).add(after).build();

/** Resolves when a statement of this process has been refused because its server only reads. */
function refused(): Promise<void> {
  const { query } = pg.Client.prototype;
  return new Promise((resolve) => {
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
      const answer: unknown = Reflect.apply(query, this, args);
      if (answer instanceof Promise) answer.catch(({ code }: { code?: string }) => code === '25006' && resolve());
      return answer as never;
    });
  });
}

describePostgres('two servers, of which one only reads', () => {
  let [pair, wire]: [Pair | undefined, Wire | undefined] = [undefined, undefined];
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    pair = await startPair();
  }, TEST_MS);
  afterAll(() => pair?.stop());
  beforeEach(async () => {
    wire = await startWire(pair?.primary.url ?? '');
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(ends.splice(0).map((end) => end()));
    await wire?.close();
  });

  const sources = {
    'a URL': (url: string) => url,
    'a pool': (url: string) => poolOf(url),
    'a Kysely': (url: string) => {
      const pool = poolOf(url);
      pool.on('error', () => undefined);
      pool.on('connect', (client) => client.on('error', () => undefined));
      return new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
    },
  };
  function poolOf(connectionString: string): pg.Pool {
    const pool = new pg.Pool({ connectionString, max: 4 });
    ends.push(() => pool.end());
    return pool;
  }

  describe.each(Object.entries(sources))('with %s', (kind, source) => {
    const schema = `switched ${kind}`;
    const app = (gate: Gate) => {
      const one = flowproof({ persistence: postgres(source(wire?.url ?? ''), { schema }), flows: [flow], services: { gate } });
      ends.unshift(() => one.stop());
      return one;
    };

    test('what leads to the one that only reads is left, when the address leads to the other one again', { timeout: TEST_MS }, async () => {
      const gate = new Gate();
      const one = app(gate);
      const run = one.run(flow, { id: 'under way' });
      await gate.reached;
      await pair?.caughtUp();
      wire?.leadTo(pair?.standby.url ?? '');
      wire?.cut();
      const isRefused = refused();
      gate.open();
      const meanwhile = [one.run(flow, { id: 'begun' }), app(gate).run(flow, { id: 'opened' })];
      await isRefused;
      wire?.leadTo(pair?.primary.url ?? '');
      expect((await Promise.all([run, ...meanwhile])).map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
      expect((await one.run(flow, { id: 'later' })).state).toBe('SUCCESS');
    });
  });

  test('of which the one that reads becomes the one that writes: runs go on there', { timeout: TEST_MS }, async () => {
    const gates = Object.values(sources).map(() => new Gate());
    const runs = Object.values(sources).map((source, index) => {
      const gate = gates[index] as Gate;
      const one = flowproof({ persistence: postgres(source(wire?.url ?? '')), flows: [flow], services: { gate } });
      ends.unshift(() => one.stop());
      return one.run(flow, { id: `promoted ${index}` });
    });
    for (const gate of gates) await gate.reached;
    await pair?.caughtUp();
    await pair?.primary.kill();
    wire?.leadTo(pair?.standby.url ?? '');
    const isRefused = refused();
    for (const gate of gates) gate.open();
    await isRefused;
    await pair?.promote();
    expect((await Promise.all(runs)).map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
  });
});
