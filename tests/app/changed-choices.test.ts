import { describe, expect, test } from 'vitest';
import { type AnyFlow, concurrent, defineTask, flowproof, isFlowproofError, memory, type Persistence } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { graph, linear, unordered } from '../compilation/graph-tasks.js';

const calls: string[] = [];
const task = (name: string, revert = true) =>
  defineTask({
    name,
    execute: async () => void calls.push(name),
    ...(revert ? { revert: async () => void calls.push(`undo ${name}`) } : {}),
  });
const give = defineTask({ name: 'give', provides: ['big'], execute: async () => ({ big: false }) });
const part = (name: string, ...tasks: readonly string[]) => tasks.reduce((flow, one) => flow.add(task(one)), linear.dynamic(name)).build();

type Ask = () => string;
const never: Ask = () => {
  throw new Error('it was asked again');
};

/** A switch over these branches, with a task before it and two behind. */
const choosing = (pick: Ask, branches: Readonly<Record<string, unknown>>): AnyFlow =>
  linear
    .dynamic('f')
    .add(task('first'))
    .switch('s', [], pick as never, branches as never)
    .add(task('gate'))
    .add(task('end'))
    .build();
const named = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, task(name, false)]));

/** Goes until this atom is about to be called, and rests there. */
async function restedBefore(path: string, flow: AnyFlow): Promise<Persistence> {
  const persistence = memory();
  calls.length = 0;
  const app = flowproof({ persistence, flows: [flow] } as never);
  for await (const { starting } of app.engine(flow as never, { id: 'r' }).steps()) if (starting.includes(path)) break;
  await app.stop();
  return persistence;
}

async function resumed(persistence: Persistence, flow: AnyFlow) {
  calls.length = 0;
  await using app = flowproof({ persistence, flows: [flow] } as never);
  const { state } = await app.resume('r', { takeover: 'force' });
  const { atoms } = await app.inspect('r');
  const skipped = atoms.filter((atom) => atom.state === 'IGNORE').map(({ path }) => path.slice(2));
  return { state, calls: calls.join(), skipped: skipped.join() };
}

async function refusal(persistence: Persistence, flow: AnyFlow): Promise<readonly string[]> {
  await using app = flowproof({ persistence, flows: [flow] } as never);
  const before = await app.inspect('r');
  const error: unknown = await app.resume('r', { takeover: 'force' }).catch((thrown: unknown) => thrown);
  if (!isFlowproofError(error, 'INCOMPATIBLE_FLOW')) throw error;
  expect(await app.inspect('r')).toEqual(before);
  return (error as unknown as { report: readonly string[] }).report;
}

describe.each([
  ['done', 'f/gate'],
  ['chosen and not begun', 's'],
])('a choice that was made stays made: its branch is %s', (_, place) => {
  test.each([
    ['a', ['a', 'b2'], 'b2'],
    ['a', ['a'], ''],
    ['a', ['a', 'b', 'c'], 'b,c'],
    ['a', ['c', 'a', 'b'], 'c,b'],
    ['a', ['b', 'a'], 'b'],
    ['b', ['a2', 'b'], 'a2'],
    ['b', ['b', 'a'], 'a'],
    ['b', ['a', 'b', 'c'], 'a,c'],
    ['b', ['c', 'b'], 'c'],
  ])('%s of a, b; then the branches are %j', async (chosen, branches, skipped) => {
    const store = await restedBefore(
      place === 's' ? `f/s/${chosen}` : place,
      choosing(() => chosen, named('a', 'b')),
    );
    const rest = place === 's' ? `${chosen},gate,end` : 'gate,end';
    const others =
      skipped === ''
        ? ''
        : skipped
            .split(',')
            .map((name) => `s/${name}`)
            .join();
    expect(await resumed(store, choosing(never, named(...branches)))).toEqual({ state: 'SUCCESS', calls: rest, skipped: others });
  });

  test('the flow is merely longer, and today another branch would be chosen', async () => {
    const store = await restedBefore(
      place === 's' ? 'f/s/b' : place,
      choosing(() => 'b', named('a', 'b')),
    );
    const longer = linear
      .dynamic('f')
      .add(task('first'))
      .switch('s', [], never as never, named('a', 'b') as never);
    expect(await resumed(store, longer.add(task('gate')).add(task('end')).add(task('more')).build())).toEqual({
      state: 'SUCCESS',
      calls: place === 's' ? 'b,gate,end,more' : 'gate,end,more',
      skipped: 's/a',
    });
  });
});

test('a choice stays made over several versions, also when none of the branches of then is left', async () => {
  const store = await restedBefore(
    'f/gate',
    choosing(() => 'a', named('a', 'b')),
  );
  const rest = async (flow: AnyFlow) => {
    const app = flowproof({ persistence: store, flows: [flow] } as never);
    for await (const _ of app.engine(flow as never, { id: 'r' }).steps()) break;
    await app.stop();
  };
  await rest(choosing(never, named('c', 'd')));
  await rest(choosing(never, named('e', 'd')));
  expect(await resumed(store, choosing(never, named('f', 'g')))).toEqual({ state: 'SUCCESS', calls: 'gate,end', skipped: 's/f,s/g' });
});

test('a run that succeeded does not choose again when it is run again', async () => {
  const persistence = memory();
  const before = choosing(() => 'a', named('a', 'b'));
  await using first = flowproof({ persistence, flows: [before] } as never);
  await first.run(before as never, { id: 'r' } as never);
  calls.length = 0;
  const after = choosing(never, named('a', 'b', 'c'));
  await using second = flowproof({ persistence, flows: [after] } as never);
  expect(await second.rerun(after as never, 'r')).toMatchObject({ state: 'SUCCESS' });
  expect(calls).toEqual([]);
});

test('what was chosen and is not done must be there; what is done may be gone', async () => {
  const chose = ["'f/s' chose 'b', which is not in this code: nobody could do it"];
  const flow = choosing(() => 'b', named('a', 'b'));
  expect(await refusal(await restedBefore('f/s/b', flow), choosing(never, named('a', 'b2')))).toEqual(chose);
  expect(await resumed(await restedBefore('f/gate', flow), choosing(never, named('a', 'b2')))).toMatchObject({
    calls: 'gate,end',
    skipped: 's/a,s/b2',
  });
  const half = linear.dynamic('b').add(task('one', false)).add(task('two', false)).build();
  const halves = choosing(() => 'b', { ...named('a'), b: half });
  expect(await refusal(await restedBefore('f/s/b/two', halves), choosing(never, named('a', 'c')))).toEqual(chose);
});

test('a flow that is a choice now has chosen what has begun of it; two can not have been chosen', async () => {
  const plain = (last: string) =>
    linear
      .dynamic('f')
      .add(unordered.dynamic('s').add(task('a', false)).add(task('b', false)).build())
      .add(task(last))
      .build();
  const choice = linear
    .dynamic('f')
    .switch('s', [], never as never, named('a', 'b') as never)
    .add(task('end'))
    .build();
  expect(await resumed(await restedBefore('f/s/b', plain('end')), choice)).toEqual({ state: 'SUCCESS', calls: 'end', skipped: 's/b' });
  expect(await refusal(await restedBefore('f/end', plain('end')), choice)).toEqual([
    "'f/s' is a choice now, and more than one of its branches has begun: a, b",
  ]);
});

describe('what is new in a node that was skipped is skipped with it', () => {
  const when = (pick: () => boolean, ...tasks: readonly string[]) =>
    linear
      .dynamic('f')
      .add(give)
      .when('w', ['big'], pick as never, part('insured', ...tasks) as never)
      .add(task('gate'))
      .build();
  const link = (depth: 'all' | 'flow' | undefined, decided: boolean, ...tasks: readonly string[]) => {
    const nodes = graph.dynamic('f').add({ give, insured: part('insured', ...tasks), gate: task('gate') });
    const linked = decided ? nodes.link('give', 'insured', { decider: () => false, ...(depth && { depth }) }) : nodes;
    return linked.link('give', 'gate').build();
  };
  test.each([
    [['insure', 'label', 'bill'], 'insure,label,bill'],
    [['bill', 'insure', 'label'], 'bill,insure,label'],
    [['insure', 'bill', 'label'], 'insure,bill,label'],
    [['insure', 'label2'], 'insure,label2'],
    [['other'], 'other'],
  ])('its tasks are %j now', async (tasks, skipped) => {
    const in_ = (flow: string) =>
      skipped
        .split(',')
        .map((name) => `${flow}/${name}`)
        .join();
    const store = await restedBefore(
      'f/gate',
      when(() => false, 'insure', 'label'),
    );
    const asked = () => {
      throw new Error('it was asked again');
    };
    expect(await resumed(store, when(asked, ...tasks))).toEqual({ state: 'SUCCESS', calls: 'gate', skipped: in_('w/insured') });
    for (const depth of [undefined, 'flow', 'all'] as const) {
      const linked = await restedBefore('f/gate', link(depth, true, 'insure', 'label'));
      expect(await resumed(linked, link(depth, true, ...tasks))).toEqual({ state: 'SUCCESS', calls: 'gate', skipped: in_('insured') });
    }
    // Also where nobody decides any more: what was skipped stays so as a whole.
    const freed = await restedBefore('f/gate', link('flow', true, 'insure', 'label'));
    const expected = tasks.includes('insure') ? { calls: 'gate', skipped: in_('insured') } : {};
    expect(await resumed(freed, link(undefined, false, ...tasks))).toMatchObject(expected);
  });

  test('what is new behind it is skipped as far as its decider reaches', async () => {
    const make = (depth: 'all' | 'neighbors', more: boolean) => {
      const nodes = graph.dynamic('f').add({ give, a: task('a'), b: task('b'), ...(more ? { c: task('c') } : {}), gate: task('gate') });
      const linked = nodes
        .link('give', 'gate')
        .link('give', 'a', { decider: () => false, depth })
        .link('a', 'b');
      return (more ? linked.link('b', 'c') : linked).build();
    };
    expect(await resumed(await restedBefore('f/gate', make('all', false)), make('all', true))).toMatchObject({
      calls: 'gate',
      skipped: 'a,b,c',
    });
    expect(await resumed(await restedBefore('f/gate', make('neighbors', false)), make('neighbors', true))).toMatchObject({
      calls: 'c,gate',
      skipped: 'a,b',
    });
  });

  test('what is new beside it, in a flow that was not skipped, runs', async () => {
    const make = (...more: readonly string[]) => {
      const inner = linear.dynamic('inner').when('w', [], (() => false) as never, part('insured', 'insure') as never);
      const grown = more.reduce((flow, name) => flow.add(task(name)), inner).build();
      return linear.dynamic('f').add(grown).add(task('gate')).build();
    };
    expect(await resumed(await restedBefore('f/gate', make()), make('more'))).toMatchObject({
      calls: 'more,gate',
      skipped: 'inner/w/insured/insure',
    });
  });
});

describe('the votes of links hold', () => {
  const make = (says: (which: string) => unknown, which: readonly string[], more: boolean) => {
    let flow = graph.dynamic('f').add({ ...(more ? { other: task('other') } : {}), a: task('a'), b: task('b'), c: task('c') });
    if (more) flow = flow.link('a', 'other', { decider: () => true });
    for (const from of which) flow = flow.link(from, 'c', { decider: () => says(from) });
    return flow.build();
  };
  const asked = () => {
    throw new Error('it was asked again');
  };

  test('a yes, before the node has begun', async () => {
    const store = await restedBefore(
      'f/c',
      make(() => true, ['a', 'b'], false),
    );
    expect(await resumed(store, make(asked, ['a', 'b'], true))).toEqual({ state: 'SUCCESS', calls: 'other,c', skipped: '' });
  });

  test('a no, though the others who had to be asked are gone', async () => {
    const persistence = memory();
    const faulty = withFaults(persistence, (_, { transitions }) => (transitions.some(([word]) => word === 'VOTE') ? 'die-after' : 'pass'));
    // The second is never heard.
    const before = make((from) => (from === 'a' ? false : new Promise(() => {})), ['a', 'b'], false);
    const app = flowproof({ persistence: faulty, flows: [before], executor: concurrent() } as never);
    void app.start(before as never, { id: 'r' } as never);
    await faulty.died;
    expect(await resumed(persistence, make(asked, ['a'], true))).toEqual({ state: 'SUCCESS', calls: 'other', skipped: 'c' });
  });
});

test('a node that was skipped and is made of nothing but gates is passed', async () => {
  const nothing = (name: string) => linear.dynamic(name).build();
  const inner = graph
    .dynamic('inner')
    .add({ a: task('a'), b: task('b'), e: nothing('e'), z: nothing('z') })
    .link('e', 'z')
    .build();
  const flow = linear
    .dynamic('f')
    .when('w', [], (() => false) as never, inner as never)
    .add(task('end'))
    .build();
  await using app = flowproof({ persistence: memory(), flows: [flow] } as never);
  calls.length = 0;
  expect(await app.run(flow as never)).toMatchObject({ state: 'SUCCESS' });
  expect(calls).toEqual(['end']);
});
