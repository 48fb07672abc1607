import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { type Clock, defineTask, file, flowproof, linear, memory, type Persistence, schedule } from '../../src/index.js';
import { systemClock } from '../../src/model/clock.js';
import { type Fault, withFaults } from '../../src/testing/index.js';
import { describePostgres } from '../support/postgres.js';

const HOUR_MS = 3_600_000;
const done: string[] = [];
const note = defineTask({ name: 'note', execute: async (_: {}, { runId }) => void done.push(runId) });
const flow = linear('noted').add(note).build();

/** A clock that is ahead, or behind. */
const shifted = (byMs: number): Clock => ({ ...systemClock, nowMs: () => systemClock.nowMs() + byMs });

interface AppOf {
  readonly clock?: Clock;
  readonly catchUp?: 'last' | 'all';
  readonly leaseMs?: number;
}

function appOf(persistence: Persistence, { clock = systemClock, leaseMs = 300, catchUp = 'last' }: AppOf = {}) {
  const often = schedule('often', { flow, everyMs: 1_000, overlap: 'allow', catchUp });
  return flowproof({ flows: [flow], persistence, schedules: [often], clock, leaseMs, recover: true });
}

type NotedApp = ReturnType<typeof appOf>;
const times = async (app: NotedApp): Promise<readonly number[]> =>
  (await app.runs({ metadata: { schedule: 'often' }, limit: 1_000 })).runs.map(({ metadata }) => Number(metadata?.scheduledAtMs)).reverse();

/** Resolves when so many of its runs have succeeded. */
async function succeeded(app: NotedApp, count: number): Promise<void> {
  await vi.waitFor(async () => expect((await app.runs({ states: ['SUCCESS'], limit: 1_000 })).runs.length).toBeGreaterThanOrEqual(count), {
    timeout: 30_000,
    interval: 50,
  });
}

let stores = 0;
function onEveryStore(name: string, prove: (store: Persistence) => Promise<void>): void {
  test(`${name}: memory`, () => prove(memory()));
  test(`${name}: files`, () => prove(file(mkdtempSync(join(tmpdir(), 'flowproof-schedules-')))));
  describePostgres('PostgreSQL', (database) => {
    test(name, () => prove(postgres(database().url, { schema: `killed_schedules_${stores++}` })));
  });
}

describe('a firing is one run, when', () => {
  for (const fault of ['die-before', 'die-after', 'lose-answer'] as const satisfies readonly Fault[]) {
    onEveryStore(`its process does this as it fires: ${fault}`, async (store) => {
      let firings = 0;
      // The second firing, so that something was there before.
      const faulty = withFaults(store, (_write, { seq }) => (seq === 0 && firings++ === 1 ? fault : 'pass'));
      const doomed = appOf(faulty);
      await doomed.ready();
      if (fault !== 'lose-answer') await faulty.died;
      else await succeeded(doomed, 3);
      await using heir = appOf(store);
      await heir.ready();
      await succeeded(heir, 4);
      await heir.schedules.pause('often');
      const all = await times(heir);
      expect(all).toEqual([...new Set(all)]);
      for (const ms of all) expect(ms % 1_000).toBe(0);
      await vi.waitFor(async () => expect((await heir.runs({ states: ['RUNNING'] })).runs).toEqual([]), { timeout: 40_000 });
      const ids = (await heir.runs({ limit: 1_000 })).runs.map(({ id }) => id);
      for (const id of ids) expect(done.filter((one) => one === id).length).toBeGreaterThanOrEqual(1);
      void doomed.stop();
    });
  }
});

describePostgres('three apps whose clocks differ by an hour', (database) => {
  test('fire each second once, by the time of the store, though one of them dies and another one loses its connections', async () => {
    const store = () => postgres(database().url, { schema: 'three_schedules' });
    const dying = withFaults(store(), () => 'pass');
    const apps = [appOf(store(), { clock: shifted(-HOUR_MS) }), appOf(dying), appOf(store(), { clock: shifted(HOUR_MS) })] as const;
    const [first, second, third] = apps;
    for (const app of apps) await app.ready();
    await succeeded(first, 2);
    dying.kill();
    await succeeded(first, 4);
    const cut = await database().admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query like '%three_schedules%'`,
    );
    expect(cut.rowCount).toBeGreaterThan(0);
    await succeeded(first, 7);
    await first.schedules.pause('often');
    const all = await times(first);
    expect(all).toEqual([...new Set(all)]);
    const { rows } = await database().admin.query(`select extract(epoch from clock_timestamp()) * 1000 as ms`);
    // Neither before its time by the store's clock, nor an hour late.
    for (const ms of all) expect(Math.abs(ms - Number(rows[0].ms))).toBeLessThan(5 * 60_000);
    for (const id of (await first.runs({ states: ['SUCCESS'], limit: 1_000 })).runs.map((run) => run.id))
      expect(done.filter((one) => one === id)).toHaveLength(1);
    await Promise.all([first.stop(), third.stop()]);
    void second.stop();
    await dying.disconnect();
  });

  test('an app without schedules sends the same statements as ever, and one with schedules none that is not a tick', async () => {
    const heard: string[] = [];
    const spied = (persistence: Persistence): Persistence => ({
      kind: persistence.kind,
      connect() {
        const journal = persistence.connect();
        return new Proxy(journal, {
          get(target, name) {
            const member: unknown = Reflect.get(target, name, target);
            if (typeof member !== 'function') return member;
            return (...args: readonly unknown[]) => {
              const due = name === 'tick' && (args[0] as { due?: unknown }).due !== undefined ? ' with schedules' : '';
              heard.push(`${String(name)}${due}`);
              return Reflect.apply(member, target, args);
            };
          },
        });
      },
    });
    const store = postgres(database().url, { schema: 'quiet_schedules' });
    const rare = schedule('rare', { flow, cron: '0 0 1 1 *' });
    for (const schedules of [[], [rare]]) {
      heard.length = 0;
      const app = flowproof({ flows: [flow], persistence: spied(store), schedules, leaseMs: 60 });
      await app.ready();
      await vi.waitFor(() => expect(heard.filter((one) => one.startsWith('tick')).length).toBeGreaterThan(10), { timeout: 40_000 });
      await app.stop();
      const ticks = new Set(heard.filter((one) => one.startsWith('tick')));
      expect(new Set(heard.filter((one) => !one.startsWith('tick')))).toEqual(new Set(['open', 'release', 'close']));
      expect(ticks.has('tick with schedules')).toBe(schedules.length > 0);
      if (schedules.length === 0) expect(ticks).toEqual(new Set(['tick']));
    }
  });
});
