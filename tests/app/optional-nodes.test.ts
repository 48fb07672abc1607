import { beforeEach, describe, expect, test } from 'vitest';
import { type FlowEvent, flowproof, graph, memory, PermanentError, times, use } from '../../src/index.js';
import { graph as anyGraph, linear as untyped } from '../compilation/graph-tasks.js';
import { calls, failing, line, optional, run, script, stubborn, task, wrong } from './optional-nodes.js';

beforeEach(() => {
  calls.length = 0;
  failing.clear();
  stubborn.clear();
  script.whileUndoing = async () => undefined;
  script.thrown = () => new Error('no');
});

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
    script.thrown = () => new PermanentError('never');
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
