import { beforeEach, describe, expect, test } from 'vitest';
import {
  type AnyFlow,
  alwaysRevertAll,
  concurrent,
  defineTask,
  type FlowEvent,
  flowproof,
  graph,
  linear,
  memory,
  PermanentError,
  type Persistence,
  type RunResult,
  serial,
  times,
  unordered,
  use,
} from '../../src/index.js';
import { type Fault, withFaults } from '../../src/testing/index.js';
import { type AnyGraph, graph as anyGraph, linear as untyped } from '../compilation/graph-tasks.js';

const calls: string[] = [];
/** How often a task fails yet, and what its revert does. */
const failing = new Map<string, number>();
const stubborn = new Set<string>();
let whileUndoing: () => Promise<unknown> = async () => undefined;
let thrown: () => Error = () => new Error('no');

beforeEach(() => {
  calls.length = 0;
  failing.clear();
  stubborn.clear();
  whileUndoing = async () => undefined;
  thrown = () => new Error('no');
});

/** Takes what `reads` may have left, and gives its own name. */
const task = (name: string, reads: readonly string[] = []) =>
  defineTask({
    name,
    requires: reads.map((read) => `${read}?`) as [],
    provides: [name] as const,
    execute: async (inputs: Record<string, unknown>) => {
      const left = failing.get(name) ?? 0;
      const told = reads.map((read) => `${read}: ${inputs[read] ?? 'nothing'}`).join(' ');
      calls.push([name, ...(told === '' ? [] : [`(${told})`]), ...(left > 0 ? ['fails'] : [])].join(' '));
      if (left > 0) {
        failing.set(name, left - 1);
        throw thrown();
      }
      return { [name]: name };
    },
    revert: async (_: unknown, outcome: { kind: string }) => {
      calls.push(`undo ${name} ${outcome.kind}`);
      await whileUndoing();
      if (stubborn.delete(name)) throw new Error('not undone');
    },
  } as never) as never;

const line = (name: string) => linear.dynamic(name);
const optional = { optional: true };

async function run(flow: AnyFlow, fails: Readonly<Record<string, number>> = {}, persistence: Persistence = memory(), more = {}) {
  for (const [name, count] of Object.entries(fails)) failing.set(name, count);
  await using app = flowproof({ persistence, flows: [flow], ...more } as never);
  const result = (await app.run(flow as never, { id: 'r' } as never)) as RunResult<AnyFlow>;
  const told =
    'failures' in result ? { failures: result.failures.map(({ path, optional }) => (optional ? `${path} (optional)` : path)) } : {};
  const { atoms } = await app.inspect('r');
  return { state: result.state, calls: calls.join(', '), ...told, atoms: atoms.map(({ state }) => state).join(' '), result };
}

describe('a task that may fail without failing its run', () => {
  const flow = line('f')
    .add(task('a'))
    .add(task('b'), optional)
    .add(task('c', ['b']))
    .build();

  test('is like any other as long as it does not fail', async () => {
    expect(await run(flow)).toMatchObject({ state: 'SUCCESS', calls: 'a, b, c (b: b)', failures: [], atoms: 'SUCCESS SUCCESS SUCCESS' });
  });

  test('is undone when it fails, and left out: who comes after it gets nothing from it', async () => {
    const ended = await run(flow, { b: 1 });
    expect(ended).toMatchObject({
      state: 'SUCCESS',
      calls: 'a, b fails, undo b failure, c (b: nothing)',
      failures: ['f/b (optional)'],
      atoms: 'SUCCESS IGNORE SUCCESS',
    });
    expect(ended.result).toMatchObject({ results: { a: 'a', c: 'c' } });
    expect(ended.result).not.toHaveProperty('results.b');
  });

  test('is not undone twice when the run goes back later', async () => {
    expect(await run(flow, { b: 1, c: 1 })).toMatchObject({
      state: 'REVERTED',
      calls: 'a, b fails, undo b failure, c (b: nothing) fails, undo c failure, undo a result',
      failures: ['f/b (optional)', 'f/c'],
      atoms: 'REVERTED IGNORE REVERTED',
    });
  });

  test('is undone with the others when it was done', async () => {
    expect((await run(flow, { c: 1 })).calls).toBe('a, b, c (b: b) fails, undo c failure, undo b result, undo a result');
  });

  test('ends the run in FAILURE when it can not be undone; an operator lets it go on', async () => {
    stubborn.add('b');
    const store = memory();
    const ended = await run(flow, { b: 1 }, store);
    expect(ended).toMatchObject({ state: 'FAILURE', atoms: 'SUCCESS REVERT_FAILURE PENDING', failures: ['f/b', 'f/b'] });
    expect(ended.result).toMatchObject({ pendingReverts: ['f/b'], partial: true });
    await using app = flowproof({ persistence: store, flows: [flow] } as never);
    calls.length = 0;
    expect(await (await app.retryFailed('r')).result()).toMatchObject({ state: 'SUCCESS', failures: [{ path: 'f/b', optional: true }] });
    expect(calls).toEqual(['undo b failure', 'c (b: nothing)']);
  });

  test('stays left out when the run goes on from another failure', async () => {
    const local = line('q')
      .retry(times(1, { otherwise: 'REVERT_LOCAL' }))
      .add(task('c', ['b']))
      .build();
    const around = line('f').add(task('a')).add(task('b'), optional).add(local).build();
    const store = memory();
    expect(await run(around, { b: 1, c: 1 }, store)).toMatchObject({ state: 'FAILURE' });
    await using app = flowproof({ persistence: store, flows: [around] } as never);
    calls.length = 0;
    expect(await (await app.retryFailed('r')).result()).toMatchObject({ state: 'SUCCESS', failures: [{ path: 'f/b', optional: true }] });
    expect(calls).toEqual(['c (b: nothing)']);
  });

  test('goes on when a person has undone it', async () => {
    stubborn.add('b');
    const store = memory();
    await run(flow, { b: 1 }, store);
    await using app = flowproof({ persistence: store, flows: [flow] } as never);
    expect(await (await app.skipRevert('r', 'f/b')).result()).toMatchObject({ state: 'SUCCESS' });
  });

  test('may fail for good', async () => {
    thrown = () => new PermanentError('never');
    expect((await run(flow, { b: 1 })).state).toBe('SUCCESS');
  });

  test('tells listeners and the cause of another failure apart', async () => {
    const events: string[] = [];
    const onEvent = (event: FlowEvent) => event.type === 'task' && events.push(`${event.path} ${event.state}`);
    await run(flow, { b: 1 }, memory(), { onEvent });
    expect(events.filter((event) => event.startsWith('f/b'))).toEqual(
      ['RUNNING', 'FAILURE', 'REVERTING', 'REVERTED', 'IGNORE'].map((to) => `f/b ${to}`),
    );
    failing.set('b', 1).set('c', 1);
    await using app = flowproof({ persistence: memory(), flows: [flow] } as never);
    const error = await app.runOrThrow(flow as never).catch((error) => error);
    expect(error).toMatchObject({ code: 'FLOW_FAILED', failures: [{ path: 'f/b' }, { path: 'f/c' }] });
    expect(error.cause).toBe(error.failures[1].failure);
  });

  test('stops the run where failures stop it, and is left out when that goes on', async () => {
    const store = memory();
    expect(await run(flow, { b: 1 }, store, { onFailure: 'stop' })).toMatchObject({ state: 'FAILURE', atoms: 'SUCCESS FAILURE PENDING' });
    await using app = flowproof({ persistence: store, flows: [flow] } as never);
    expect(await (await app.retryFailed('r')).result()).toMatchObject({ state: 'SUCCESS', results: { b: 'b' } });
  });

  test('may be the only one, the first or the last', async () => {
    const only = line('f').add(task('a'), optional).build();
    expect(await run(only, { a: 1 })).toMatchObject({ state: 'SUCCESS', result: { results: {} }, atoms: 'IGNORE' });
    const all = line('f').add(task('a'), optional).add(task('b')).add(task('c'), optional).build();
    expect(await run(all, { a: 1, c: 1 })).toMatchObject({ state: 'SUCCESS', atoms: 'IGNORE SUCCESS IGNORE' });
  });

  test('is no way around the bound of steps', async () => {
    expect(await run(flow, {}, memory(), { maxSteps: 2 })).toMatchObject({ state: 'REVERTED' });
  });
});

describe('a flow that may fail without failing its run', () => {
  const part = line('p').add(task('a')).add(task('b')).add(task('c')).build();
  const flow = line('f')
    .add(task('z'))
    .add(part, optional)
    .add(task('d', ['a']))
    .build();

  test('is undone as a whole, and left out', async () => {
    expect(await run(flow, { b: 1 })).toMatchObject({
      state: 'SUCCESS',
      calls: 'z, a, b fails, undo b failure, undo a result, d (a: nothing)',
      failures: ['f/p/b (optional)'],
      atoms: 'SUCCESS IGNORE IGNORE IGNORE SUCCESS',
    });
  });

  test('waits for what is under way in it, and aborts that where the app wishes it', async () => {
    const wide = unordered.dynamic('p').add(task('a')).add(task('b')).add(task('c')).build();
    const around = line('f')
      .add(wide, optional)
      .add(task('d', ['a']))
      .build();
    for (const onFailure of ['revert', 'abortSiblings']) {
      calls.length = 0;
      const ended = await run(around, { b: 1 }, memory(), { executor: concurrent({ perRun: 3 }), onFailure });
      expect(ended).toMatchObject({ state: 'SUCCESS', atoms: 'IGNORE IGNORE IGNORE SUCCESS' });
      expect(calls.at(-1)).toBe('d (a: nothing)');
      expect(calls.filter((call) => call.startsWith('undo')).sort()).toEqual(['undo a result', 'undo b failure', 'undo c result']);
    }
  });

  test('asks its retry first', async () => {
    const tried = line('p').retry(times(2)).add(task('a')).add(task('b')).build();
    const around = line('f')
      .add(tried, optional)
      .add(task('d', ['b']))
      .build();
    expect(await run(around, { b: 1 })).toMatchObject({
      state: 'SUCCESS',
      calls: 'a, b fails, undo b failure, undo a result, a, b, d (b: b)',
      failures: [],
    });
    calls.length = 0;
    const ended = await run(around, { b: 2 });
    expect(ended.calls).toBe('a, b fails, undo b failure, undo a result, a, b fails, undo b failure, undo a result, d (b: nothing)');
    expect(ended.atoms).toBe('IGNORE IGNORE IGNORE SUCCESS');
  });

  test('asks no retry around it, but is tried again with that', async () => {
    const around = line('f')
      .retry(times(2))
      .add(task('a'))
      .add(task('b'), optional)
      .add(task('c', ['b']))
      .build();
    expect(await run(around, { b: 1 })).toMatchObject({ state: 'SUCCESS', calls: 'a, b fails, undo b failure, c (b: nothing)' });
    calls.length = 0;
    expect(await run(around, { b: 1, c: 1 })).toMatchObject({
      state: 'SUCCESS',
      calls: 'a, b fails, undo b failure, c (b: nothing) fails, undo c failure, undo a result, a, b, c (b: b)',
      failures: [],
    });
  });

  test('lets the innermost optional node catch a failure, and a retry that says so the whole run', async () => {
    const inner = line('q').add(task('a')).add(task('b'), optional).add(task('c')).build();
    const around = line('f').add(inner, optional).add(task('d')).build();
    expect((await run(around, { b: 1 })).atoms).toBe('SUCCESS IGNORE SUCCESS SUCCESS');
    expect((await run(around, { b: 1, c: 1 })).atoms).toBe('IGNORE IGNORE IGNORE SUCCESS');
    const strict = line('q').retry(alwaysRevertAll()).add(task('b')).build();
    expect(await run(line('f').add(task('a')).add(strict, optional).build(), { b: 1 })).toMatchObject({ state: 'REVERTED' });
    const local = line('q')
      .retry(times(1, { otherwise: 'REVERT_LOCAL' }))
      .add(task('b'))
      .build();
    const withLocal = line('f')
      .add(task('a'))
      .add(local, optional)
      .add(task('c', ['b']))
      .build();
    expect(await run(withLocal, { b: 1 })).toMatchObject({ state: 'SUCCESS', atoms: 'SUCCESS IGNORE IGNORE SUCCESS' });
  });

  test('leaves out a choice that it has not made, and one that it has', async () => {
    const choice = linear
      .open('p')
      .add(task('a'))
      .when('w', [] as never, () => true, task('b'))
      .add(task('c'))
      .build();
    const around = line('f')
      .add(choice as never, optional)
      .add(task('d', ['b']))
      .build();
    for (const fails of ['a', 'b', 'c']) {
      calls.length = 0;
      expect(await run(around, { [fails]: 1 }), fails).toMatchObject({ state: 'SUCCESS', atoms: 'IGNORE IGNORE IGNORE SUCCESS' });
    }
  });

  test('whose choice throws is left out', async () => {
    const wrong = (): boolean => {
      throw new Error('no choice');
    };
    const choice = linear
      .open('p')
      .add(task('a'))
      .when('w', [] as never, wrong, task('b'))
      .build();
    const around = line('f')
      .add(choice as never, optional)
      .add(task('d', ['a']))
      .build();
    expect(await run(around)).toMatchObject({ state: 'SUCCESS', calls: 'a, undo b failure, undo a result, d (a: nothing)' });
  });
});

const wrong = (): never => {
  throw new Error('no choice');
};

describe('an optional branch', () => {
  const b = use(task('b'), optional as never);
  const way = (choose: () => unknown, begin: AnyGraph) =>
    begin
      .add(task('a'))
      .switch('w', [], choose, { b, c: task('c') })
      .add(task('d'))
      .build();

  test('that fails is left out, and what comes after its choice goes on', async () => {
    const flow = way(() => 'b', untyped.dynamic('f'));
    expect(await run(flow, { b: 1 })).toMatchObject({ state: 'SUCCESS', atoms: 'SUCCESS IGNORE IGNORE SUCCESS' });
  });

  test.each([
    ['throws', wrong],
    ['makes no sense', () => 'z'],
  ])('catches no choice that %s: that fails the flow that it is in', async (_, choose) => {
    const calm = async (flow: AnyFlow) => {
      calls.length = 0;
      const { state, calls: made } = await run(flow);
      return `${state}: ${made}`;
    };
    expect(await calm(way(choose, untyped.dynamic('f')))).toBe('REVERTED: a, undo b failure, undo a result');
    const around = untyped.dynamic('f').add(way(choose, untyped.open('p')), optional);
    expect(await calm(around.add(task('e')).build())).toBe('SUCCESS: a, undo b failure, undo a result, e');
    // It has the atoms of its branch, and no other ones.
    const only = untyped.open('p').when('w', [], choose, b).build();
    expect(await calm(untyped.dynamic('f').add(only).add(task('e')).build())).toBe('REVERTED: undo b failure');
    expect(await calm(untyped.dynamic('f').add(only, optional).add(task('e')).build())).toBe('SUCCESS: undo b failure, e');
  });
});

describe('an optional task that a node begins with', () => {
  const part = untyped.open('p').add(task('b'), optional).add(task('c')).build();
  const graphWith = (decider: () => unknown, isOptional = false) =>
    anyGraph
      .dynamic('g')
      .add({ z: task('z'), a: task('a'), p: use(part as never, { optional: isOptional } as never), d: task('d') })
      .link('z', 'a', { decider: () => false, depth: 'atom' })
      .link('a', 'p', { decider })
      .link('z', 'p', { decider: () => true })
      .link('p', 'd')
      .build();
  const straight = (decider: () => unknown, isOptional = false) =>
    anyGraph
      .dynamic('g')
      .add({ a: task('a'), p: use(part as never, { optional: isOptional } as never), d: task('d') })
      .link('a', 'p', { decider })
      .link('p', 'd')
      .build();

  test.each([
    ['throws', wrong],
    ['makes no sense', () => 'perhaps'],
  ])('catches no decider of the node that %s: the node does not begin', async (_, decider) => {
    expect(await run(straight(decider))).toMatchObject({ state: 'REVERTED', calls: 'a, undo b failure, undo a result' });
    calls.length = 0;
    expect(await run(straight(decider, true))).toMatchObject({ state: 'SUCCESS', calls: 'a, undo b failure, d' });
  });

  test('is left out when it fails itself, also where a decider of the node had nothing to say', async () => {
    expect(
      await run(
        straight(() => true),
        { b: 1 },
      ),
    ).toMatchObject({ state: 'SUCCESS', calls: 'a, b fails, undo b failure, c, d' });
    calls.length = 0;
    expect(await run(graphWith(wrong), { b: 1 })).toMatchObject({ state: 'SUCCESS', calls: 'z, b fails, undo b failure, c, d' });
  });
});

describe('in a graph', () => {
  test('deciders behind a node that is left out abstain, and links let go on', async () => {
    const asked: unknown[] = [];
    const decider = (history: object) => {
      asked.push(history);
      return false;
    };
    const of = (options: object) =>
      graph
        .dynamic('g')
        .add({ a: task('a'), b: task('b'), c: task('c') })
        .link('a', 'b', options as never)
        .link('b', 'c')
        .build();
    const flow = graph
      .dynamic('g')
      .add({ a: use(task('a'), optional as never), b: task('b'), c: task('c') } as never)
      .link('a', 'b', { decider } as never)
      .link('b', 'c')
      .build();
    expect((await run(of({ decider }))).atoms).toBe('SUCCESS IGNORE IGNORE');
    expect(asked).toHaveLength(1);
    expect((await run(flow, { a: 1 })).atoms).toBe('IGNORE SUCCESS SUCCESS');
    expect(asked).toHaveLength(1);
  });
});

describe('cancel', () => {
  test('while an optional node is being undone takes the whole run back', async () => {
    const store = memory();
    const flow = line('f').add(task('a')).add(task('b'), optional).add(task('c')).build();
    failing.set('b', 1);
    await using app = flowproof({
      ...{ persistence: store, flows: [flow] },
    } as never);
    whileUndoing = () => app.cancel('r');
    const result = (await app.run(flow as never, { id: 'r' } as never)) as RunResult<AnyFlow>;
    expect(result.state).toBe('CANCELLED');
    expect(calls.filter((call) => call.startsWith('undo b'))).toHaveLength(1);
    expect(calls).not.toContain('c');
  });
});

describe('crashes', () => {
  const part = unordered.dynamic('p').retry(times(2)).add(task('b')).add(task('c')).build();
  const flow = line('f')
    .add(task('a'))
    .add(part, optional)
    .add(task('d'), optional)
    .add(task('e', ['b', 'd']))
    .build();

  async function once(persistence: Persistence & { died?: Promise<void> }, resume: boolean): Promise<unknown> {
    const app = flowproof({ persistence, flows: [flow], executor: serial() } as never);
    const end = resume ? app.resume(flow as never, 'r', { takeover: 'force' }) : app.run(flow as never, { id: 'r' } as never);
    return Promise.race([end, persistence.died ?? new Promise(() => undefined)]);
  }

  for (const fails of [{ c: 2 }, { c: 2, d: 1 }, { c: 2, d: 1, e: 1 }] as const) {
    test(`at each write come to the same end: ${Object.keys(fails).join(' ')} fails`, async () => {
      const again = (): void => {
        calls.length = 0;
        for (const [name, count] of Object.entries(fails)) failing.set(name, count);
      };
      again();
      let writes = 0;
      const calm = await once(
        withFaults(memory(), () => {
          writes++;
          return 'pass';
        }),
        false,
      );
      const done = [...calls];
      const shape = (end: unknown) =>
        JSON.parse(JSON.stringify(end, (key, value) => (key === 'stack' || key === 'attempt' ? undefined : value)));
      for (let at = 1; at < writes; at++) {
        for (const fault of ['die-before', 'die-after'] as const) {
          again();
          const store = memory();
          const dead = await once(
            withFaults(store, (write): Fault => (write === at ? fault : 'pass')),
            false,
          );
          // What failed and was not written down fails again.
          if (dead !== undefined) expect(shape(dead)).toEqual(shape(calm));
          const sofar = calls.filter((call) => call.endsWith('fails')).length;
          const inFlight = sofar > 0 && calls.at(-1)?.endsWith('fails') === true && fault === 'die-before';
          if (inFlight) failing.set(calls.at(-1)?.split(' ')[0] as string, (failing.get(calls.at(-1)?.split(' ')[0] as string) ?? 0) + 1);
          const end = dead ?? (await once(store, true));
          expect(shape(end), `${fault} ${at}`).toEqual(shape(calm));
          const set = (all: readonly string[]) => [...new Set(all.map((call) => call.replace('interrupted', 'failure')))].sort();
          expect(set(calls), `${fault} ${at}`).toEqual(set(done));
          expect(calls.length - done.length, `${fault} ${at}`).toBeLessThanOrEqual(1);
        }
      }
    });
  }
});

describe('a flow that has changed', () => {
  const one = line('f').add(task('a')).add(task('b'), optional).add(task('c')).build();
  /** A run of `one` that dies behind this atom. */
  async function diedAfter(write: number): Promise<Persistence> {
    const store = memory();
    failing.set('b', 1);
    const dying = withFaults(store, (at): Fault => (at === write ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [one] } as never);
    await Promise.race([app.run(one as never, { id: 'r' } as never), dying.died]);
    return store;
  }
  const resumed = async (store: Persistence, flow: AnyFlow) => {
    calls.length = 0;
    await using app = flowproof({ persistence: store, flows: [flow] } as never);
    return await app.resume(flow as never, 'r', { takeover: 'force' });
  };
  const obliged = line('f').add(task('a')).add(task('b')).add(task('c')).build();

  test('may not oblige a node that was left out; else it may', async () => {
    // b has failed: it is being undone.
    const store = await diedAfter(2);
    await expect(resumed(store, obliged)).rejects.toMatchObject({
      code: 'INCOMPATIBLE_FLOW',
      message: expect.stringContaining("'f/b' was optional, and is left out since it failed"),
    });
    expect(await resumed(store, one)).toMatchObject({ state: 'SUCCESS', failures: [{ path: 'f/b' }] });
    expect(await resumed(await diedAfter(0), obliged)).toMatchObject({ state: 'REVERTED' });
  });

  test('may make a node optional that is under way', async () => {
    const store = memory();
    const dying = withFaults(store, (at): Fault => (at === 1 ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [obliged] } as never);
    await Promise.race([app.run(obliged as never, { id: 'r' } as never), dying.died]);
    failing.set('b', 1);
    expect(await resumed(store, one)).toMatchObject({ state: 'SUCCESS', failures: [{ path: 'f/b', optional: true }] });
  });

  test('leaves out with an optional flow what is new in it', async () => {
    const part = (...tasks: readonly string[]) => {
      let flow = line('p');
      for (const name of tasks) flow = flow.add(task(name));
      return line('f').add(flow.build(), optional).add(task('c')).build();
    };
    const store = memory();
    failing.set('b', 1);
    const dying = withFaults(store, (at): Fault => (at === 2 ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [part('a', 'b')] } as never);
    await Promise.race([app.run(part('a', 'b') as never, { id: 'r' } as never), dying.died]);
    expect(await resumed(store, part('new', 'a', 'newer', 'b', 'newest'))).toMatchObject({ state: 'SUCCESS' });
    expect(calls.filter((call) => call.includes('new'))).toEqual([]);
  });

  test('does what is new beside an optional node that was left out, though nothing else is there', async () => {
    const flow = (...names: readonly string[]) => {
      let outer = line('p').add(task('b'), optional);
      for (const name of names) outer = outer.add(task(name));
      return line('f').add(task('a')).add(outer.build(), optional).add(task('c')).build();
    };
    for (const write of [2, 3]) {
      const store = memory();
      failing.set('b', 1);
      const dying = withFaults(store, (at): Fault => (at === write ? 'die-after' : 'pass'));
      const app = flowproof({ persistence: dying, flows: [flow()] } as never);
      await Promise.race([app.run(flow() as never, { id: 'r' } as never), dying.died]);
      expect(await resumed(store, flow('new'))).toMatchObject({ state: 'SUCCESS', results: { new: 'new' } });
    }
  });

  test('takes the run back when it puts what is being undone before what is done', async () => {
    const before = line('f').add(task('a')).add(task('b'), optional).build();
    const after = line('f').add(task('b'), optional).add(task('a')).build();
    const store = memory();
    failing.set('b', 1);
    const dying = withFaults(store, (at): Fault => (at === 2 ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [before] } as never);
    await Promise.race([app.run(before as never, { id: 'r' } as never), dying.died]);
    expect(await resumed(store, after)).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/b' }] });
    expect([...calls].sort()).toEqual(['undo a result', 'undo b failure']);
  });

  test('does not leave out what it has put before what is done: the run goes back', async () => {
    const store = memory();
    const before = line('f').add(task('a')).add(task('c')).add(task('d')).build();
    const dying = withFaults(store, (at): Fault => (at === 2 ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [before] } as never);
    await Promise.race([app.run(before as never, { id: 'r' } as never), dying.died]);
    failing.set('b', 1);
    const after = line('f').add(task('a')).add(task('b'), optional).add(task('c')).add(task('d')).build();
    expect(await resumed(store, after)).toMatchObject({ state: 'REVERTED' });
  });
});
