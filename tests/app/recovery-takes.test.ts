import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { linear, memory, type Persistence, run } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { Gate } from './gate.js';
import { appOf, ended, files, flow, gated, root, task } from './recovering.js';

afterAll(() => rmSync(root, { recursive: true, force: true }));

const other = linear('other').add(task('other')).build();
const later = linear('shop', { version: 2 }).add(gated).add(task('after')).build();

/** A store of which single methods are replaced. */
function changed(store: Persistence, change: (journal: ReturnType<Persistence['connect']>) => void): Persistence {
  return {
    ...store,
    connect() {
      const journal = store.connect();
      change(journal);
      return journal;
    },
  };
}

describe('an app takes up', () => {
  test('nothing of its own accord in memory, unless it is told to', async () => {
    const persistence = memory();
    const gate = new Gate();
    const first = appOf(persistence, { gate });
    const left = first.app.run(flow, { id: 'x' }).catch(() => undefined);
    await gate.reached;
    const stopped = first.app.stop();
    gate.open();
    await Promise.all([stopped, left]);
    const ticks = new Gate();
    let count = 0;
    const watched = changed(persistence, (journal) => {
      const { tick } = journal;
      journal.tick = async (params) => {
        // What sleeps is woken; what others have left is theirs.
        expect(params.take?.asleepOnly ?? true).toBe(true);
        if (++count === 5) ticks.open();
        return tick.call(journal, params);
      };
    });
    const held = new Gate();
    const second = appOf(watched, { gate: held });
    const busy = second.app.run(flow, { id: 'y' });
    await ticks.opened;
    expect((await second.app.inspect('x')).state).toBe('RUNNING');
    held.open();
    await busy;
    await second.app.stop();
    await using third = appOf(persistence, { recover: true }).app;
    await third.ready();
    await ended(third, 'x');
  });

  test('what there is from its first run on, and nothing for a read, a cancel or a one-shot run', async () => {
    const persistence = files();
    const gate = new Gate();
    const keeper = appOf(persistence, { gate, recover: false }).app;
    await using _ = keeper;
    const first = appOf(persistence, { gate, graceMs: 0 });
    for (const id of ['x', 'y']) void first.app.run(flow, { id }).catch(() => undefined);
    await gate.reached;
    await keeper.runs();
    await first.app.stop();
    const takes: boolean[] = [];
    const watched = changed(persistence, (journal) => {
      const { tick } = journal;
      journal.tick = (params) => {
        takes.push(params.take !== undefined);
        return tick.call(journal, params);
      };
    });
    const second = appOf(watched);
    await second.app.runs();
    await second.app.inspect('x');
    expect((await (await second.app.cancel('x')).result()).state).toBe('CANCELLED');
    await second.app.suspend('y');
    await run(other, { persistence: watched, services: { log: [], gate } });
    expect(takes).not.toContain(true);
    expect((await second.app.inspect('y')).state).toBe('RUNNING');
    expect((await second.app.run(flow, { id: 'z' })).state).toBe('SUCCESS');
    // The wish to suspend it holds for whoever takes it up.
    await ended(second.app, 'y', 'SUSPENDED');
    await second.app.stop();
  });

  test('nothing that a living app has, for as long as that takes, in one process and one store', async () => {
    const persistence = files();
    const gate = new Gate();
    const first = appOf(persistence, { gate });
    const busy = first.app.run(flow, { id: 'x' });
    await gate.reached;
    let ticks = 0;
    const seen = new Gate();
    const watched = changed(persistence, (journal) => {
      const { tick } = journal;
      journal.tick = async (params) => {
        const result = await tick.call(journal, params);
        expect(result.take).toMatchObject({ taken: [], owned: [] });
        if (++ticks === 10) seen.open();
        return result;
      };
    });
    const second = appOf(watched);
    await second.app.ready();
    await seen.opened;
    gate.open();
    expect((await busy).state).toBe('SUCCESS');
    expect(second.said('recovery')).toEqual([]);
    await Promise.all([first.app.stop(), second.app.stop()]);
  });

  test('no more than it may at once, and the rest when there is room', async () => {
    const persistence = files();
    const gate = new Gate();
    await using keeper = appOf(persistence, { recover: false }).app;
    await keeper.runs();
    const first = appOf(persistence, { gate, graceMs: 0 });
    const ids = Array.from({ length: 7 }, (_, index) => `r-${index}`);
    const begun = ids.map((id) => first.app.run(flow, { id }).catch(() => undefined));
    await vi.waitFor(() => expect(first.log).toHaveLength(ids.length));
    await first.app.stop();
    await Promise.all(begun);
    const [held, log] = [new Gate(), [] as string[]];
    const [ticked, limits] = [new Gate(), [] as (number | undefined)[]];
    const watched = changed(persistence, (journal) => {
      const { tick } = journal;
      journal.tick = (params) => {
        if (limits.push(params.take?.limit) === 8) ticked.open();
        return tick.call(journal, params);
      };
    });
    const second = appOf(watched, { gate: held, log, maxActive: 3 });
    await second.app.ready();
    await ticked.opened;
    expect(log).toHaveLength(3);
    expect([limits[0], limits.at(-1)]).toEqual([3, 0]);
    held.open();
    for (const id of ids) await ended(second.app, id);
    await second.app.stop();
    expect(() => appOf(memory(), { maxActive: 0 })).toThrow('maxActive is 0');
  });

  test('runs of its own flows only; what it can’t go on with it gives back, says so, and others take it', async () => {
    const persistence = files();
    const gate = new Gate();
    const first = appOf(persistence, { gate, graceMs: 0 });
    const left = first.app.run(flow, { id: 'x' }).catch(() => undefined);
    await gate.reached;
    const stranger = appOf(persistence, { flows: [other as never] });
    const newer = appOf(persistence, { flows: [later] });
    await Promise.all([stranger.app.ready(), newer.app.ready()]);
    await first.app.stop();
    await left;
    await vi.waitFor(() => expect(newer.said('recovery')).toHaveLength(1));
    expect(newer.said('recovery')).toMatchObject([
      { runId: 'x', flow: 'shop', outcome: 'refused', failure: { code: 'INCOMPATIBLE_FLOW' } },
    ]);
    const older = appOf(persistence);
    await older.app.ready();
    await ended(older.app, 'x');
    expect(older.said('recovery')).toMatchObject([{ runId: 'x', outcome: 'taken' }]);
    expect(newer.said('recovery')).toHaveLength(1);
    expect(stranger.events).toEqual([]);
    await Promise.all([stranger.app.stop(), newer.app.stop(), older.app.stop()]);
  });

  test('what was taken with a tick whose answer was lost', async () => {
    const persistence = files();
    const gate = new Gate();
    await using keeper = appOf(persistence, { recover: false }).app;
    await keeper.runs();
    const first = appOf(persistence, { gate, graceMs: 0 });
    void first.app.run(flow, { id: 'x' }).catch(() => undefined);
    await gate.reached;
    await first.app.stop();
    let lost = 0;
    const deaf = changed(persistence, (journal) => {
      const { tick } = journal;
      journal.tick = async (params) => {
        const result = await tick.call(journal, params);
        if ((result.take?.taken.length ?? 0) === 0) return result;
        lost++;
        throw new Error('the connection is gone');
      };
    });
    const second = appOf(deaf, { leaseMs: 300 });
    await second.app.ready();
    await ended(second.app, 'x');
    expect(lost).toBe(1);
    await second.app.stop();
  });

  test('by itself what its own engine gave up, when the store is back', async () => {
    let isAway = false;
    const gate = new Gate();
    const store = changed(files(), (journal) => {
      const { append, tick } = journal;
      journal.append = async (items) =>
        isAway ? items.map(() => ({ kind: 'unknown', cause: new Error('away') })) : append.call(journal, items);
      journal.tick = (params) => (isAway ? Promise.reject(new Error('away')) : tick.call(journal, params));
    });
    await using one = appOf(store, { gate, storeTimeoutMs: 0 }).app;
    const run = one.run(flow, { id: 'x' });
    await gate.reached;
    isAway = true;
    gate.open();
    await expect(run).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    isAway = false;
    await ended(one, 'x');
  });

  test('no run whose takers have died of it, and tells each app once', async () => {
    const persistence = files();
    const gate = new Gate();
    await using keeper = appOf(persistence, { recover: false }).app;
    await keeper.runs();
    const first = appOf(persistence, { gate, graceMs: 0 });
    void first.app.run(flow, { id: 'x' }).catch(() => undefined);
    await gate.reached;
    await first.app.stop();
    for (let deaths = 0; deaths < 5; deaths++) {
      const loading = new Gate();
      const dying = withFaults(
        changed(persistence, (journal) => {
          const { load } = journal;
          journal.load = async (runId) => {
            await loading.pass();
            return load.call(journal, runId);
          };
        }),
        () => 'pass',
      );
      await appOf(dying).app.ready();
      await loading.reached;
      dying.kill();
    }
    const last = appOf(persistence);
    await last.app.ready();
    await vi.waitFor(() => expect(last.said('poison')).toHaveLength(1));
    expect(last.said('poison')).toMatchObject([{ runId: 'x', flow: 'shop', takes: 5 }]);
    expect((await last.app.inspect('x')).state).toBe('RUNNING');
    expect((await last.app.resume(flow, 'x')).state).toBe('SUCCESS');
    await last.app.stop();
  });
});
