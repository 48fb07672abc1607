import { expect, test } from 'vitest';
import {
  concurrent,
  defineTask,
  type FlowEvent,
  forEach,
  forEachOf,
  graph,
  linear,
  run,
  type TaskContext,
  unordered,
  use,
} from '../../src/index.js';
import { Gate } from './gate.js';
import { give, noted } from './pattern-tasks.js';

test('a graph runs in the order that its values demand, whatever the order of writing', async () => {
  const sum = defineTask({
    name: 'sum',
    requires: ['x', 'y'],
    provides: ['z'],
    execute: async ({ x, y }: { x: number; y: number }) => ({ z: x + y }),
  });
  const flow = graph('g')
    .add({ sum, x: give('x', 'x', 1), y: give('y', 'y', 2) })
    .build();
  expect(await run(flow)).toMatchObject({ state: 'SUCCESS', results: { x: 1, y: 2, z: 3 } });
});

test('what waits for nothing runs at once, as many as the limit says; siblings of a failure end and are undone', async () => {
  const gates = { a: new Gate(), b: new Gate(), c: new Gate() };
  let under = 0;
  let most = 0;
  const wait = <const Name extends 'a' | 'b' | 'c'>(name: Name) =>
    defineTask({
      name,
      async execute() {
        most = Math.max(most, ++under);
        await gates[name].pass();
        under--;
        if (name === 'a') throw new Error('a failed');
      },
    });
  const flow = unordered('u').add(wait('a')).add(wait('b')).add(wait('c')).build();
  const events: string[] = [];
  const onEvent = (event: FlowEvent): void => {
    if (event.type === 'task') events.push(`${event.path} ${event.state}`);
  };
  const running = run(flow, { executor: concurrent({ perRun: 2 }), onEvent });
  await Promise.all([gates.a.reached, gates.b.reached]);
  gates.a.open();
  gates.b.open();
  expect(await running).toMatchObject({ state: 'REVERTED', failures: [{ path: 'u/a' }] });
  expect(most).toBe(2);
  expect(events.filter((event) => event.startsWith('u/c'))).toEqual([]);
  expect(events.filter((event) => event.startsWith('u/b'))).toEqual(['u/b RUNNING', 'u/b SUCCESS', 'u/b REVERTING', 'u/b REVERTED']);
});

test('forEach and forEachOf give one value after another to their flow', async () => {
  const tried: string[] = [];
  const boot = defineTask({
    name: 'boot',
    requires: ['region'],
    provides: ['vm'],
    async execute({ region }: { region: string }) {
      tried.push(region);
      if (region !== 'us') throw new Error(`no room in ${region}`);
      return { vm: `vm in ${region}` };
    },
  });
  const fixed = linear('fixed')
    .retry(forEach('region', ['eu', 'us', 'ap']))
    .add(boot)
    .build();
  expect(await run(fixed)).toMatchObject({ state: 'SUCCESS', results: { vm: 'vm in us' } });
  const given = linear('given').input<{ regions: string[] }>().retry(forEachOf('regions', 'region')).add(boot).build();
  expect(await run(given, { inputs: { regions: ['ap', 'us'] } })).toMatchObject({ results: { vm: 'vm in us' } });
  expect(await run(given, { inputs: { regions: [] } })).toMatchObject({
    state: 'REVERTED',
    failures: [{ failure: { code: 'NO_VALUE_LEFT' } }],
  });
  expect(tried).toEqual(['eu', 'us', 'ap', 'us']);
});

test.each([
  ['all', ['a']],
  ['flow', ['a', 'e']],
  ['neighbors', ['a', 'd', 'e']],
  ['atom', ['a', 'c', 'd', 'e']],
] as const)('a decider that says no skips its target, and with depth %s what that says', async (depth, ran) => {
  const log: string[] = [];
  const nested = linear('e').add(noted('e', log)).build();
  const flow = graph('g')
    .add({ a: give('a', 'go', false), b: noted('b', log), c: noted('c', log), d: noted('d', log), e: nested })
    .link('a', 'b', { decider: ({ a }) => a.go, depth })
    .link('b', 'c')
    .link('c', 'd')
    .link('d', 'e')
    .build();
  expect((await run(flow)).state).toBe('SUCCESS');
  expect(['a', ...log]).toEqual(ran);
});

test('a use of a task has its own names', async () => {
  const double = defineTask({
    name: 'double',
    requires: ['n'],
    provides: ['twice'],
    execute: async ({ n }: { n: number }) => ({ twice: 2 * n }),
  });
  const flow = graph('g')
    .input<{ n: number }>()
    .add({ one: double, two: use(double, { rebind: { n: 'twice' }, provides: { twice: 'fourfold' } }) })
    .build();
  expect(await run(flow, { inputs: { n: 3 } })).toMatchObject({ results: { twice: 6, fourfold: 12 } });
});

test('priority decides among the ready', async () => {
  const order: string[] = [];
  const task = (name: string, priority: number) =>
    defineTask({
      name,
      priority,
      execute: async (_: {}, ctx: TaskContext) => {
        order.push(ctx.path);
      },
    });
  await run(unordered('u').add(task('low', -1)).add(task('mid', 0)).add(task('high', 5)).build());
  expect(order).toEqual(['u/high', 'u/mid', 'u/low']);
});

test.each([
  ['another text', () => 'edge'],
  ['a promise of one', async () => 'edge'],
  ['nothing', () => undefined],
])('a switch that says %s is a failure of the flow, which says what it may say', async (_, choose) => {
  const flow = linear('coin')
    .switch('toss', [], choose as () => 'heads', { heads: give('heads', 'side', 'heads') })
    .build();
  expect(await run(flow)).toMatchObject({
    state: 'REVERTED',
    failures: [{ path: 'coin/toss/heads', failure: { code: 'BAD_ANSWER', message: expect.stringContaining('it has to say "heads"') } }],
  });
});
