import { expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, type Persistence, type TaskContext } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Gate } from './gate.js';

type Services = { readonly gate: Gate; readonly told: Gate };
const part = defineTask({
  name: 'part',
  execute: async (_: {}, ctx: TaskContext<Services>) => {
    ctx.progress(0.25, { bytes: 25 });
    ctx.progress(0.5);
    void ctx.services.told.pass();
    await ctx.services.gate.pass();
    if (ctx.attempt === 1) ctx.progress(2);
  },
});
const flow = linear('f').add(part).build();
const world = (): Services => ({ gate: new Gate(), told: new Gate() });

/** Counts the entries that are written. */
function counted(persistence: Persistence): { readonly persistence: Persistence; entries(): number } {
  let entries = 0;
  return {
    entries: () => entries,
    persistence: {
      kind: 'memory',
      connect() {
        const journal = persistence.connect();
        const append = journal.append.bind(journal);
        journal.append = (items) => {
          entries += items.length;
          return append(items);
        };
        return journal;
      },
    },
  };
}

test('progress is heard at once, clamped, and kept with the next step, details until there are new ones (R-3.2, R-3.3)', async () => {
  const { persistence, entries } = counted(memory());
  const services = world();
  await using app = flowproof({ persistence, flows: [flow], services, clock: new VirtualClock() });
  const heard: unknown[] = [];
  app.on((event) => {
    if (event.type === 'progress') heard.push([event.fraction, event.details]);
  });
  const handle = await app.start(flow, { id: 'r' });
  await services.told.reached;
  expect(heard).toEqual([
    [0.25, { bytes: 25 }],
    [0.5, undefined],
  ]);
  expect((await app.inspect('r')).atoms[0], 'no write of its own').toMatchObject({ progress: 0 });
  services.gate.open();
  expect((await handle.result()).state).toBe('SUCCESS');
  expect(heard.at(-1)).toEqual([1, undefined]);
  expect(entries()).toBe(1);
  expect((await app.inspect('r')).atoms[0]).toMatchObject({ state: 'SUCCESS', progress: 1, progressDetails: { bytes: 25 } });
});

test('a long call has its progress written within a second, so that others see it', async () => {
  const clock = new VirtualClock();
  const { persistence, entries } = counted(memory());
  const services = world();
  await using app = flowproof({ persistence, flows: [flow], services, clock, leaseMs: 1_000_000 });
  const handle = await app.start(flow, { id: 'r' });
  await services.told.reached;
  clock.advance(1_000);
  while (entries() === 0) await new Promise(setImmediate);
  expect((await app.inspect('r')).atoms[0]).toMatchObject({ state: 'RUNNING', progress: 0.5, progressDetails: { bytes: 25 } });
  services.gate.open();
  await handle.result();
});

test('progress of a call that is over is nobody’s; what can not be stored is refused', async () => {
  let late: TaskContext<{}> | undefined;
  const task = defineTask({
    name: 'task',
    execute: async (_: {}, ctx: TaskContext<{}>) => {
      late = ctx;
      expect(() => ctx.progress(0.1, { f: () => 1 })).toThrow("'f'");
    },
  });
  const once = linear('once').add(task).build();
  await using app = flowproof({ persistence: memory(), flows: [once] });
  expect((await app.run(once, { id: 'r' })).state).toBe('SUCCESS');
  late?.progress(0.9);
  expect((await app.inspect('r')).atoms[0]?.progress).toBe(1);
});
