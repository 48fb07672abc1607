import { expect, test } from 'vitest';
import type { DefinedTask } from '../../src/authoring/index.js';
import {
  concurrent,
  defineTask,
  type FlowEvent,
  flowproof,
  forEach,
  forEachOf,
  graph,
  linear,
  memory,
  run,
  type TaskContext,
  times,
  unordered,
  use,
} from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { Gate } from './gate.js';

type Giver<Name extends string, Out extends string, Value> = DefinedTask<Name, {}, { [Key in Out]: Value }, never, {}>;

/** Its types are known to whoever calls, not in here. */
function give<const Name extends string, const Out extends string, Value>(name: Name, out: Out, value: Value): Giver<Name, Out, Value> {
  const result: unknown = { [out]: value };
  const task: unknown = defineTask({ name, provides: [out as 'out'], execute: async () => result as { out: string } });
  return task as Giver<Name, Out, Value>;
}

const noted = <const Name extends string>(name: Name, log: string[], fails = false) =>
  defineTask({
    name,
    async execute(): Promise<void> {
      log.push(name);
      if (fails) throw new Error(`${name} failed`);
    },
    async revert() {
      log.push(`undo ${name}`);
    },
  });

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

test('one no of several deciders is enough; a source that was skipped is not asked', async () => {
  const asked: unknown[] = [];
  const build = (first: boolean, second: boolean, log: string[]) =>
    graph('g')
      .add({ start: give('start', 'on', true), a: give('a', 'x', first), b: give('b', 'y', second), c: noted('c', log) })
      .link('start', 'b', { decider: () => second, depth: 'atom' })
      .link('a', 'c', {
        decider: (history) => {
          asked.push(history);
          return history.a.x;
        },
      })
      .link('b', 'c', {
        decider: (history) => {
          asked.push(history);
          return history.b.y;
        },
      })
      .build();
  const log: string[] = [];
  await run(build(true, true, log));
  expect(log).toEqual(['c']);
  expect(asked).toEqual([
    { a: { x: true }, b: { y: true } },
    { a: { x: true }, b: { y: true } },
  ]);
  asked.length = 0;
  await run(build(true, false, log));
  expect(asked).toEqual([{ a: { x: true } }]);
  expect(log).toEqual(['c', 'c']);
  await run(build(false, true, log));
  expect(log).toEqual(['c', 'c']);
});

test('a decider that throws is a failure of its target; what was done is undone (D-9)', async () => {
  const log: string[] = [];
  const flow = graph('g')
    .add({ a: noted('a', log), b: noted('b', log) })
    .link('a', 'b', {
      decider: () => {
        throw new RangeError('odd');
      },
    })
    .build();
  expect(await run(flow)).toMatchObject({
    state: 'REVERTED',
    failures: [{ path: 'g/b', failure: { name: 'RangeError', message: 'odd' } }],
  });
  expect(log).toEqual(['a', 'undo b', 'undo a']);
});

test('a retry asks its deciders again', async () => {
  const asked: number[] = [];
  let count = 0;
  const counter = defineTask({ name: 'counter', provides: ['n'], execute: async () => ({ n: ++count }) });
  const log: string[] = [];
  const flow = graph('g')
    .retry(times(2))
    .add({ counter, skipped: noted('skipped', log), fails: noted('fails', log, true) })
    .link('counter', 'skipped', {
      decider: ({ counter: { n } }) => {
        asked.push(n);
        return n > 1;
      },
      depth: 'atom',
    })
    .link('skipped', 'fails')
    .build();
  expect((await run(flow)).state).toBe('REVERTED');
  expect(asked).toEqual([1, 2]);
  expect(log).toEqual(['fails', 'undo fails', 'skipped', 'fails', 'undo fails', 'undo skipped']);
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

test('a switch runs one branch, a when one or none; what a skipped one provides is absent', async () => {
  const read = defineTask({
    name: 'read',
    requires: ['how', 'extra?'],
    provides: ['text'],
    execute: async ({ how, extra }: { how: string; extra?: string }) => ({ text: `${how} ${extra ?? 'plain'}` }),
  });
  const flow = linear('choices')
    .input<{ size: number }>()
    .switch('by-size', ['size'], ({ size }) => (size > 10 ? 'big' : 'small'), {
      big: give('big', 'how', 'by ship'),
      small: give('small', 'how', 'by bike'),
    })
    .when('if-huge', ['size'], ({ size }) => size > 100, give('escort', 'extra', 'with escort'))
    .add(read)
    .build();
  const text = async (size: number): Promise<unknown> => {
    const result = await run(flow, { inputs: { size } });
    return result.state === 'SUCCESS' ? result.results.text : result;
  };
  expect(await text(1)).toBe('by bike plain');
  expect(await text(11)).toBe('by ship plain');
  expect(await text(101)).toBe('by ship with escort');
});

test('killed at every write, a graph with deciders ends as if nothing had been', async () => {
  const build = (log: string[]) =>
    graph('g')
      .add({ a: give('a', 'go', false), b: noted('b', log), c: noted('c', log), d: noted('d', log, true) })
      .link('a', 'b', { decider: ({ a }) => a.go, depth: 'atom' })
      .link('b', 'c')
      .link('c', 'd')
      .build();
  const calm: string[] = [];
  let writes = 0;
  const counting = withFaults(memory(), () => {
    writes++;
    return 'pass';
  });
  const reference = await run(build(calm), { persistence: counting, id: 'r' });
  expect(calm).toEqual(['c', 'd', 'undo d', 'undo c']);
  for (let at = 0; at < writes; at++) {
    const log: string[] = [];
    const store = memory();
    const faulty = withFaults(store, (write) => (write === at ? 'die-after' : 'pass'));
    const flow = build(log);
    const dead = flowproof({ persistence: faulty, flows: [flow] });
    await Promise.race([dead.run(flow, { id: 'r' }), faulty.died]);
    const next = flowproof({ persistence: store, flows: [flow] });
    expect((await next.resume(flow, 'r', { takeover: 'force' })).state, `write ${at}`).toBe(reference.state);
    expect([...new Set(log)], `write ${at}`).toEqual(calm);
  }
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

test('a switch is asked once for all its branches, so that exactly one runs whatever it depends on', async () => {
  let asked = 0;
  const flow = linear('coin')
    .switch('toss', [], () => (asked++ % 2 === 0 ? 'heads' : 'tails'), {
      heads: give('heads', 'side', 'heads'),
      tails: give('tails', 'side', 'tails'),
    })
    .build();
  expect(await run(flow)).toMatchObject({ results: { side: 'heads' } });
  expect(await run(flow)).toMatchObject({ results: { side: 'tails' } });
  expect(asked).toBe(2);
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
