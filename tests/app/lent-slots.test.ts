import { describe, expect, test } from 'vitest';
import { type ConcurrentOptions, concurrent, defineTask, flowproof, linear, memory, type TaskContext } from '../../src/index.js';
import { Gate } from './gate.js';
import { Meter, turn } from './metered.js';

describe('a call that waits for a run of its own app lends its slot', () => {
  const nested = linear('nested')
    .input<{ depth: number }>()
    .add(
      defineTask({
        name: 'next',
        requires: ['depth'],
        execute: async (
          { depth }: { depth: number },
          { services }: TaskContext<{ meter: Meter; next: (depth: number) => Promise<unknown> }>,
        ) => {
          services.meter.enter(String(depth));
          await turn();
          services.meter.leave();
          if (depth === 0) return;
          await services.next(depth - 1);
          services.meter.enter(`${depth} again`);
          await turn();
          services.meter.leave();
        },
      }),
    )
    .build();

  type App = ReturnType<typeof appOf>;
  const appOf = (next: (depth: number) => Promise<unknown>, meter: Meter, options: ConcurrentOptions) =>
    flowproof({ persistence: memory(), flows: [nested], services: { meter, next }, executor: concurrent(options) });

  test.each<[string, (app: App, depth: number) => Promise<unknown>]>([
    ['run', (app, depth) => app.run(nested, { inputs: { depth } })],
    ['runOrThrow', (app, depth) => app.runOrThrow(nested, { inputs: { depth } })],
    ['start and result', async (app, depth) => (await app.start(nested, { inputs: { depth } })).result()],
    ['result by its id', async (app, depth) => app.handle(nested, (await app.start(nested, { inputs: { depth } })).id).result()],
    [
      'resume',
      async (app, depth) => {
        const engine = app.engine(nested, { inputs: { depth } });
        await engine.prepare();
        return app.resume(nested, engine.id);
      },
    ],
    ['engine', (app, depth) => app.engine(nested, { inputs: { depth } }).run()],
    [
      'steps',
      async (app, depth) => {
        for await (const _ of app.engine(nested, { inputs: { depth } }).steps());
      },
    ],
    ['two at once', (app, depth) => Promise.all([app.run(nested, { inputs: { depth } }), app.run(nested, { inputs: { depth: 0 } })])],
    [
      'one after the other, while a third is waited for',
      async (app, depth) => {
        const slow = app.run(nested, { inputs: { depth } });
        await app.run(nested, { inputs: { depth: 0 } });
        await app.run(nested, { inputs: { depth: 0 } });
        return slow;
      },
    ],
  ])('%s, three deep, with one slot', async (_, next) => {
    const meter = new Meter();
    await using app: App = appOf((depth) => next(app, depth), meter, { limit: 1 });
    const ends = await Promise.all([3, 3, 3].map((depth) => app.run(nested, { inputs: { depth } })));
    expect(ends.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
  });

  test('and has one again before it goes on', async () => {
    const meter = new Meter();
    await using app: App = appOf((depth) => app.run(nested, { inputs: { depth } }), meter, { limit: 2 });
    await Promise.all(Array.from({ length: 20 }, () => app.run(nested, { inputs: { depth: 2 } })));
    expect(meter.most).toBe(2);
    expect(meter.calls).toHaveLength(20 * 5);
  });

  test('a watcher of steps runs others between two of them', async () => {
    const meter = new Meter();
    await using app: App = appOf((depth) => app.run(nested, { inputs: { depth } }), meter, { limit: 1 });
    let others = 0;
    for await (const { starting } of app.engine(nested, { inputs: { depth: 1 } }).steps()) {
      if (starting.length === 0) continue;
      await app.run(nested, { inputs: { depth: 1 } });
      others++;
    }
    expect(others).toBe(1);
  });

  test('but not one that only begins a run', async () => {
    const meter = new Meter();
    const begun: { result(): Promise<unknown> }[] = [];
    await using app: App = appOf(
      async (depth) => {
        begun.push(await app.start(nested, { inputs: { depth } }));
      },
      meter,
      { limit: 1 },
    );
    expect((await app.run(nested, { inputs: { depth: 1 } })).state).toBe('SUCCESS');
    await Promise.all(begun.map((handle) => handle.result()));
    expect(meter.most).toBe(1);
  });

  test('a call that waits for its slot goes on without one when it is told to end', async () => {
    const [gate, childGate] = [new Gate(), new Gate()];
    const held = linear('held')
      .add(defineTask({ name: 'holding', execute: () => gate.pass() }))
      .build();
    const child = linear('child')
      .add(defineTask({ name: 'ends', execute: () => childGate.pass() }))
      .build();
    const parent = linear('parent')
      .add(
        defineTask({
          name: 'waits',
          execute: async (_: {}, { services }: TaskContext<{ child: () => Promise<unknown> }>) => {
            await services.child();
          },
        }),
      )
      .build();
    const services = {
      child: async () => {
        const waited = app.run(child);
        await childGate.reached;
        // Is next in the row when the child has ended, and holds the slot.
        await app.start(held);
        await turn();
        childGate.open();
        await waited;
      },
    };
    const app = flowproof({ persistence: memory(), flows: [held, child, parent], services, executor: concurrent({ limit: 1 }) });
    const running = app.run(parent, { id: 'parent' });
    await gate.reached;
    await app.cancel('parent');
    expect((await running).state).toBe('CANCELLED');
    gate.open();
    await app.stop();
  });
});
