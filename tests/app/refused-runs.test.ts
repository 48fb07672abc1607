import { describe, expect, test } from 'vitest';
import { RefusedRuns } from '../../src/app/driving/refused-runs.js';
import { defineTask, type FlowEvent, flowproof, linear, memory, type Persistence } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';

const MINUTE_MS = 60_000;
const run = (runId: string, flow = 'large') => ({ runId, flow });

test('a run that is refused again and again is left out for longer each time, an hour at most', () => {
  const clock = new VirtualClock();
  const refused = new RefusedRuns(clock);
  for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
    refused.add(run('a'));
    clock.advance(minutes * MINUTE_MS - 1);
    expect([refused.has(run('a')), refused.ids()]).toEqual([true, ['a']]);
    clock.advance(1);
    expect([refused.has(run('a')), refused.ids()]).toEqual([false, []]);
  }
});

test('of a flow of which more are refused than can be named, all are left out for as long, and no other one', () => {
  const clock = new VirtualClock();
  const refused = new RefusedRuns(clock);
  refused.add(run('one', 'small'));
  for (const minutes of [1, 2]) {
    for (let one = 0; one < 1_001; one++) refused.add(run(`${one}`));
    expect(refused.ids().length).toBeLessThanOrEqual(1_000);
    expect([refused.hasAllOf('large'), refused.has(run('never seen')), refused.knows('0')]).toEqual([true, true, false]);
    expect(refused.hasAllOf('small')).toBe(false);
    clock.advance(minutes * MINUTE_MS);
    expect(refused.hasAllOf('large')).toBe(false);
  }
  refused.add(run('a'));
  refused.clear();
  expect(refused.ids()).toEqual([]);
});

describe('more runs than can be named that an app can’t go on with', () => {
  const COUNT = 1_100;
  const hanging = defineTask({ name: 'hanging', execute: () => new Promise<void>(() => undefined) });
  const undone = defineTask({ name: 'undone', execute: async () => undefined, revert: async () => undefined });
  const before = linear('f').add(undone).add(hanging).build();
  const after = linear('f').add(hanging).build();

  async function left(): Promise<Persistence> {
    const store = memory();
    const first = flowproof({ persistence: store, flows: [before], graceMs: 0 });
    for (let one = 0; one < COUNT; one++) await first.start(before, { id: `${one}` });
    await first.stop();
    return store;
  }

  /** How often each was refused. */
  function refusals(): { readonly onEvent: (event: FlowEvent) => void; readonly times: Map<string, number> } {
    const times = new Map<string, number>();
    return {
      times,
      onEvent: (event) => {
        if (event.type === 'recovery') times.set(event.runId, (times.get(event.runId) ?? 0) + 1);
      },
    };
  }

  test('are refused once each by resumeAll, which ends', async () => {
    const { onEvent, times } = refusals();
    await using app = flowproof({ persistence: await left(), flows: [after], recover: false, onEvent });
    const handles = await app.resumeAll();
    await Promise.allSettled(handles.map((handle) => handle.result()));
    expect([handles.length, times.size, new Set(times.values())]).toEqual([COUNT, COUNT, new Set([1])]);
    expect((await app.runs({ ownerless: true, limit: 2 * COUNT })).runs.length).toBe(COUNT);
  });

  test('are not taken up and given back again and again', async () => {
    const { onEvent, times } = refusals();
    const clock = new VirtualClock();
    await using app = flowproof({ persistence: await left(), flows: [after], recover: true, clock, onEvent });
    await app.ready();
    for (let second = 0; second < 50; second++) {
      clock.advance(1_000);
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(times.size).toBeGreaterThan(1_000);
    expect(new Set(times.values())).toEqual(new Set([1]));
  });
});
