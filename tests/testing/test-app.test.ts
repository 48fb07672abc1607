import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTask, file, flowproof, linear, memory, sleep, sleepUntil, times, unordered, waitFor } from 'flowproof';
import { stub, testApp, VirtualClock } from 'flowproof/testing';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { note } from './billing.js';

const DAY_MS = 86_400_000;

describe('time', () => {
  const flow = linear('patient')
    .input<{ at: Date }>()
    .add(sleep(30 * DAY_MS))
    .add(sleepUntil('at'))
    .add(waitFor('none', { timeoutMs: DAY_MS }), { optional: true })
    .add(note)
    .build();

  test('that all runs wait for is skipped while somebody waits for a run', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1));
    const notes: string[] = [];
    await using app = testApp({ flows: [flow], clock, services: { notes } });
    expect((await app.run(flow, { inputs: { at: new Date('2026-03-01') } })).state).toBe('SUCCESS');
    expect(new Date(clock.nowMs())).toEqual(new Date('2026-03-02'));
    expect(notes).toEqual(['noted']);
  });

  test('stands still while nobody does, so that signals come in time', async () => {
    const asks = linear('asks')
      .add(waitFor('answer', z.string(), { timeoutMs: DAY_MS }))
      .build();
    await using app = testApp({ flows: [asks] });
    const beganAtMs = app.clock.nowMs();
    const run = await app.start(asks, { id: 'r' });
    await app.waitUntil('r', 'asks/answer', 'WAITING');
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
    await app.signal(asks, 'r', 'answer', 'yes');
    expect(await run.result()).toMatchObject({ state: 'SUCCESS', results: { answer: 'yes' } });
    expect(app.clock.nowMs()).toBe(beganAtMs);
  });

  test('is not skipped while a task is under way, also outside of this process', async () => {
    let finish = (): void => undefined;
    const outside = defineTask({ name: 'outside', execute: () => new Promise<void>((resolve) => (finish = resolve)) });
    const both = unordered('both').add(outside).add(sleep(DAY_MS)).build();
    await using app = testApp({ flows: [both] });
    const beganAtMs = app.clock.nowMs();
    const running = app.run(both, { id: 'r' });
    await app.waitUntil('r', 'both/outside', 'RUNNING');
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
    expect(app.clock.nowMs()).toBe(beganAtMs);
    finish();
    expect((await running).state).toBe('SUCCESS');
  });

  test('is skipped for a run that a task of another one waits for', async () => {
    const inner = linear('inner').add(sleep(DAY_MS)).build();
    const outer = linear('outer')
      .add(
        defineTask({
          name: 'call',
          execute: async (): Promise<void> => {
            await app.run(inner, { id: 'inner' });
          },
        }),
      )
      .build();
    const app = testApp({ flows: [inner] });
    await using around = testApp({ flows: [outer], clock: app.clock });
    expect((await around.run(outer)).state).toBe('SUCCESS');
    await app.stop();
  });

  test('moves by hand only with skipTime: false', async () => {
    const notes: string[] = [];
    const slow = linear('slow').add(sleep(DAY_MS)).add(note).build();
    await using app = testApp({ flows: [slow], services: { notes }, skipTime: false });
    const run = await app.start(slow, { id: 'r' });
    const result = run.result();
    await app.drain();
    app.clock.advance(DAY_MS - 1);
    await app.drain();
    expect(notes).toEqual([]);
    app.clock.advance(1);
    expect((await result).state).toBe('SUCCESS');
  });

  test('of a backoff and of several runs is skipped in the order of their alarms', async () => {
    const order: string[] = [];
    let fails = 2;
    const flaky = defineTask({
      name: 'flaky',
      execute: async () => {
        if (fails-- > 0) throw new Error('not yet');
        order.push('flaky');
      },
    });
    const retried = linear('retried')
      .retry(times(3, { backoff: { delayMs: DAY_MS, factor: 1, maxMs: DAY_MS, jitter: 0 } }))
      .add(flaky)
      .build();
    const sleeping = linear('sleeping')
      .input<{ days: number }>()
      .add(
        defineTask({
          name: 'in-ms',
          requires: ['days'],
          provides: ['ms'],
          execute: ({ days }: { days: number }) => ({ ms: days * DAY_MS }),
        }),
      )
      .add(sleep('ms'))
      .add(defineTask({ name: 'wake', requires: ['days'], execute: ({ days }: { days: number }) => void order.push(`day ${days}`) }))
      .build();
    await using app = testApp({ flows: [retried, sleeping] });
    await Promise.all([app.run(sleeping, { inputs: { days: 4 } }), app.run(retried), app.run(sleeping, { inputs: { days: 1.5 } })]);
    expect(order).toEqual(['day 1.5', 'flaky', 'day 4']);
  });

  test('is skipped under the fake timers of a test framework', async () => {
    vi.useFakeTimers();
    try {
      const slow = linear('slow').add(sleep(DAY_MS)).build();
      await using app = testApp({ flows: [slow] });
      expect((await app.run(slow)).state).toBe('SUCCESS');
    } finally {
      vi.useRealTimers();
    }
  });

  test('stop() that drains lets what sleeps end', async () => {
    const slow = linear('slow').add(sleep(30_000)).build();
    const app = testApp({ flows: [slow] });
    const run = await app.start(slow);
    const result = run.result();
    await app.stop({ mode: 'drain' });
    expect((await result).state).toBe('SUCCESS');
  });

  test('stop() ends by real time, whatever a stub does', async () => {
    const app = testApp({
      flows: [linear('hung').add(note).build()],
      stubs: [stub(note, () => new Promise<void>(() => undefined))],
      graceMs: 1,
    });
    const run = app.run(linear('hung').add(note).build(), { id: 'r' });
    run.catch(() => undefined);
    await app.waitUntil('r', 'hung/note', 'RUNNING');
    await app.stop();
    await expect(run).rejects.toMatchObject({ code: 'APP_STOPPED' });
  });
});

describe('drain', () => {
  test('resolves when all that is due is done: asleep, waiting, ended', async () => {
    const notes: string[] = [];
    const one = linear('one').add(note).add(sleep(1_000)).add(note, { name: 'again' }).build();
    const two = linear('two').add(note).add(waitFor('go')).build();
    await using app = testApp({ flows: [one, two], services: { notes } });
    await Promise.all([app.start(one), app.start(two), app.start(one)]);
    await app.drain();
    expect(notes).toHaveLength(3);
    app.clock.advance(1_000);
    await app.drain();
    expect(notes).toHaveLength(5);
    expect((await app.runs({ states: ['SUCCESS'] })).runs).toHaveLength(2);
  });
});

describe('waitUntil', () => {
  const flow = linear('asks').add(waitFor('answer')).add(note).build();
  const make = () => testApp({ flows: [flow], services: { notes: [] } });

  test('resolves for what has been, is and comes, skipping time', async () => {
    const late = linear('late').add(sleep(DAY_MS)).add(note).build();
    await using app = testApp({ flows: [late], services: { notes: [] } });
    await app.start(late, { id: 'r' });
    await app.waitUntil('r', 'late/note', 'SUCCESS');
    await app.waitUntil('r', 'late/sleep', 'WAITING');
  });

  test('knows a run of another app by what is stored', async () => {
    const persistence = memory();
    const elsewhere = flowproof({ persistence, flows: [flow], services: { notes: [] } });
    await elsewhere.start(flow, { id: 'r' });
    await using app = testApp({ flows: [flow], services: { notes: [] }, persistence });
    await expect.poll(async () => (await app.inspect('r')).atoms[0]?.state).toBe('WAITING');
    await app.waitUntil('r', 'asks/answer', 'WAITING');
    await elsewhere.stop();
  });

  test('of a round waits for that round', async () => {
    let fails = 1;
    const flaky = defineTask({
      name: 'flaky',
      execute: async () => {
        if (fails-- > 0) throw new Error('once more');
      },
    });
    const again = linear('again').retry(times(2)).add(waitFor('go')).add(flaky).build();
    await using app = testApp({ flows: [again] });
    const run = await app.start(again, { id: 'r' });
    await app.signal(again, 'r', 'go');
    await app.waitUntil('r', 'again/go', 'WAITING', { round: 2 });
    await app.signal(again, 'r', 'go');
    expect((await run.result()).state).toBe('SUCCESS');
  });

  test.each([
    [
      'asks/note',
      'SUCCESS',
      "'asks/note' of run 'r' does not become SUCCESS: 'asks/answer' waits for the signal 'answer': send it first; 'asks/note' is PENDING",
    ],
    ['asks/nota', 'SUCCESS', "'asks/nota' of run 'r' does not become SUCCESS: the run has 'asks/answer', 'asks/note'"],
  ] as const)('says what it can not wait for: %s', async (path, state, message) => {
    await using app = make();
    await app.start(flow, { id: 'r' });
    await expect(app.waitUntil('r', path, state)).rejects.toThrow(message);
  });

  test('says that there is no run, and that it has ended', async () => {
    await using app = make();
    await expect(app.waitUntil('x', 'asks/note', 'SUCCESS')).rejects.toThrow(
      'there is no such run, and nothing is under way: begin it first',
    );
    const run = await app.start(flow, { id: 'r' });
    await app.signal(flow, 'r', 'answer');
    await run.result();
    await expect(app.waitUntil('r', 'asks/note', 'FAILURE')).rejects.toThrow("the run has ended SUCCESS, and 'asks/note' is SUCCESS");
  });

  test('waits for a run that is begun while it waits', async () => {
    await using app = make();
    const waiting = app.waitUntil('r', 'asks/answer', 'WAITING');
    await app.start(flow, { id: 'r' });
    await waiting;
  });
});

test('events are all that listeners are told, in order', async () => {
  const flow = linear('short').add(note).build();
  await using app = testApp({ flows: [flow], services: { notes: [] } });
  await app.run(flow);
  expect(app.events.map((event) => ('state' in event ? `${event.type} ${event.state}` : event.type))).toEqual([
    'run RUNNING',
    'task RUNNING',
    'task SUCCESS',
    'run SUCCESS',
  ]);
});

test('time is skipped on a store of files, too', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'flowproof-kit-'));
  const flow = linear('filed').add(sleep(DAY_MS)).add(note).build();
  const app = testApp({ flows: [flow], services: { notes: [] }, persistence: file(directory) });
  expect((await app.run(flow)).state).toBe('SUCCESS');
  await app.stop();
  await rm(directory, { recursive: true });
});
