import { beforeEach, describe, expect, test } from 'vitest';
import { type AnyFlow, alwaysRevertAll, concurrent, linear, memory, times, unordered, use } from '../../src/index.js';
import { type AnyGraph, linear as untyped } from '../compilation/graph-tasks.js';
import { calls, failing, line, optional, run, script, stubborn, task, wrong } from './optional-nodes.js';

beforeEach(() => {
  calls.length = 0;
  failing.clear();
  stubborn.clear();
  script.whileUndoing = async () => undefined;
  script.thrown = () => new Error('no');
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
