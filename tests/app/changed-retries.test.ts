import { describe, expect, test } from 'vitest';
import { concurrent, defineRetry, flowproof, isFlowproofError, memory, serial, times } from '../../src/index.js';
import { linear, unordered } from '../compilation/graph-tasks.js';
import { calls, failures, flowOf, part, resumed, storedBefore, task, wobbly } from './changed-retries.js';

describe.each([
  ['serial', serial],
  ['concurrent', () => concurrent({ perRun: 3 })],
])('what is behind a flow that is tried again is undone first, and runs again after: %s', (_, executor) => {
  const old = flowOf(part(task('old')), task('gate'), task('end'));
  const first = flowOf(part(wobbly('new'), task('old')), task('gate'), task('end'));
  const last = flowOf(part(task('old'), wobbly('new')), task('gate'), task('end'));

  test('a new task in a part that is done fails once', async () => {
    const undone = 'undo gate, undo old, undo new';
    expect(await resumed(await storedBefore('f/end', old), first, 1, executor())).toEqual({
      state: 'SUCCESS',
      calls: `new fails, ${undone}, new, old, gate, end`,
    });
    expect(await resumed(await storedBefore('f/end', old), last, 1, executor())).toEqual({
      state: 'SUCCESS',
      calls: 'new fails, undo gate, undo new, undo old, old, new, gate, end',
    });
    // What was under way ends first, and is undone, too.
    expect(await resumed(await storedBefore('f/end', old, 'killed'), first, 1, executor())).toEqual({
      state: 'SUCCESS',
      calls: `end, new fails, undo end, ${undone}, new, old, gate, end`,
    });
  });

  test('it fails always: the run goes back when its attempts are used up', async () => {
    expect(await resumed(await storedBefore('f/end', old), first, 99, executor())).toEqual({
      state: 'REVERTED',
      calls: 'new fails, undo gate, undo old, undo new, new fails, undo new, new fails, undo new',
      failures: ['f/part/new'],
    });
  });

  test('a run that succeeded is run again', async () => {
    const persistence = memory();
    await using app = flowproof({ persistence, flows: [old], executor: executor() } as never);
    await app.run(old as never, { id: 'r' } as never);
    calls.length = 0;
    failures.left = 1;
    await using second = flowproof({ persistence, flows: [last], executor: executor() } as never);
    expect(await second.rerun(last as never, 'r')).toMatchObject({ state: 'SUCCESS' });
    expect(calls.join(', ')).toBe('new fails, undo end, undo gate, undo new, undo old, old, new, gate, end');
  });

  test('the part stands before what is done', async () => {
    const store = await storedBefore('f/part/x', flowOf(task('gate'), part(wobbly('x')), task('end')));
    expect(await resumed(store, flowOf(part(wobbly('x')), task('gate'), task('end')), 1, executor())).toEqual({
      state: 'SUCCESS',
      calls: 'x fails, undo gate, undo x, x, gate, end',
    });
  });

  test('what is behind has a retry of its own', async () => {
    const second = (name: string) => linear.dynamic('second').retry(times(2)).add(wobbly(name)).add(task('late')).build();
    const store = await storedBefore('f/second/late', flowOf(part(task('old')), second('y')));
    expect(await resumed(store, flowOf(part(task('old'), wobbly('new')), second('y')), 2, executor())).toEqual({
      state: 'SUCCESS',
      calls: 'new fails, undo y, undo new, undo old, old, new fails, undo new, undo old, old, new, y, late',
    });
  });

  test('a revert behind it that fails holds everything before it, and says so', async () => {
    const stubborn = task('gate', { revert: () => Promise.reject(new Error('no')) });
    const store = await storedBefore('f/end', flowOf(part(task('old')), stubborn, task('end')));
    await using app = flowproof({ persistence: store, flows: [flowOf(part(task('old'), wobbly('new')), stubborn, task('end'))] } as never);
    failures.left = 1;
    expect(await app.resume('r')).toMatchObject({
      state: 'FAILURE',
      pendingReverts: ['f/gate', 'f/part/new', 'f/part/old'],
      failures: [{ path: 'f/part/new' }, { path: 'f/gate', phase: 'revert' }],
    });
  });
});

describe('the order changes while a retry has its flow undone', () => {
  test('what is behind that flow now is undone, too, and runs again', async () => {
    const nodes = () => [part(task('x'), wobbly('w')), task('side')];
    const old = nodes()
      .reverse()
      .reduce((flow: ReturnType<typeof linear>, node) => flow.add(node), unordered.dynamic('f'))
      .build();
    failures.left = 1;
    const store = await storedBefore('f/part/x', old, 'suspended', 'FAILURE');
    expect(await resumed(store, flowOf(...nodes()), 0)).toEqual({ state: 'SUCCESS', calls: 'undo side, undo x, x, w, side' });
  });

  test('what was behind it and is before it now runs again, too', async () => {
    const store = await storedBefore('f/end', flowOf(part(task('old')), task('gate'), task('end')));
    const second = flowOf(part(task('old'), wobbly('new')), task('gate'), task('end'));
    failures.left = 1;
    await using app = flowproof({ persistence: store, flows: [second] } as never);
    for await (const { starting } of app.engine(second as never, { id: 'r' }).steps()) if (starting.includes('f/gate')) break;
    expect((await app.inspect('r')).atoms.map(({ intention }) => intention)).toEqual(['RETRY', 'REVERT', 'REVERT', 'REDO', 'EXECUTE']);
    const third = flowOf(task('gate'), part(task('old'), wobbly('new')), task('end'));
    expect(await resumed(store, third, 0)).toEqual({ state: 'SUCCESS', calls: 'undo new, undo old, undo gate, gate, old, new, end' });
  });

  test('of two that are about to try again the one behind runs again with the one before it', async () => {
    const second = () => linear.dynamic('second').retry(times(3)).add(task('y')).add(wobbly('v')).build();
    const nodes = () => [part(task('x'), wobbly('w')), second()];
    const old = nodes()
      .reduce((flow: ReturnType<typeof linear>, node) => flow.add(node), unordered.dynamic('f'))
      .build();
    failures.left = 2;
    const store = memory();
    const first = flowproof({ persistence: store, flows: [old], executor: concurrent() } as never);
    const seen = new Set<string>();
    for await (const { events } of first.engine(old as never, { id: 'r' }).steps()) {
      for (const event of events) if (event.type === 'task' && event.state === 'FAILURE') seen.add(event.path);
      if (seen.size === 2) break;
    }
    await first.stop();
    expect((await resumed(store, flowOf(...nodes()), 0)).calls).toMatch(/x, w, y, v$/);
  });
});

test('what is behind a part that may be tried again must find its values again', async () => {
  const give = (...names: readonly string[]) =>
    task('give', { provides: names, execute: async () => Object.fromEntries(names.map((name) => [name, 1])) });
  const reading = (name: string) => task('gate', { requires: [name], revert: undefined });
  const store = () => storedBefore('f/end', flowOf(give('x'), part(task('old')), reading('x'), task('end')));
  const after = flowOf(give('x', 'y'), part(task('old'), wobbly('new')), reading('y'), task('end'));
  await using app = flowproof({ persistence: await store(), flows: [after] } as never);
  const error: unknown = await app.resume('r').catch((thrown: unknown) => thrown);
  expect(isFlowproofError(error, 'INCOMPATIBLE_FLOW') && (error as unknown as { report: unknown }).report).toEqual([
    "'f/gate' needs 'y', which was not stored when its provider ran",
  ]);
  const noRetry = flowOf(give('x', 'y'), part(task('old')), reading('y'), task('end'));
  expect(await resumed(await store(), noRetry, 0)).toEqual({ state: 'SUCCESS', calls: 'end' });
});

describe('a retry of the user takes something that nothing has stored', () => {
  const give = (...names: readonly string[]) =>
    task('give', { provides: names, execute: async () => Object.fromEntries(names.map((name) => [name, 1])) });
  const patient = (...requires: readonly string[]) =>
    defineRetry({
      name: 'patient',
      requires,
      onFailure: (_: unknown, inputs: unknown) => {
        calls.push(`asked with ${JSON.stringify(inputs)}`);
        return 'RETRY' as const;
      },
    } as never);
  const guarded = (retry: unknown) =>
    linear
      .open('part')
      .retry(retry as never)
      .add(wobbly('w'))
      .build();
  const flow = (gives: readonly string[], ...requires: readonly string[]) =>
    flowOf(give(...gives), guarded(patient(...requires)), task('end'));

  test.each(['f/part/w', 'f/end'])('it does without an optional one, resumed before %s', async (path) => {
    const store = await storedBefore(path, flow(['x'], 'x'));
    const fails = path === 'f/end' ? 0 : 1;
    expect(await resumed(store, flow(['x', 'y'], 'x', 'y?'), fails)).toEqual({
      state: 'SUCCESS',
      calls: fails === 0 ? 'end' : 'w fails, asked with {"x":1}, undo w, w, end',
    });
  });

  test('it was not there yet, and what gives the value was skipped', async () => {
    const choosing = (...nodes: readonly unknown[]) =>
      nodes
        .reduce(
          (made: ReturnType<typeof linear>, node) => made.add(node),
          linear.dynamic('f').when('maybe', [], () => false, give('y')),
        )
        .build();
    const store = await storedBefore('f/end', choosing(task('gate'), task('end')));
    expect(await resumed(store, choosing(task('gate'), guarded(patient('y?')), task('end')), 1)).toEqual({
      state: 'SUCCESS',
      calls: 'w fails, asked with {}, undo w, w, end',
    });
  });

  test('it is refused where it can not do without', async () => {
    const store = await storedBefore('f/part/w', flow(['x'], 'x'));
    const after = flow(['x', 'y'], 'x', 'y');
    await using app = flowproof({ persistence: store, flows: [after] } as never);
    const error: unknown = await app.resume('r').catch((thrown: unknown) => thrown);
    expect(isFlowproofError(error, 'INCOMPATIBLE_FLOW') && (error as unknown as { report: unknown }).report).toEqual([
      "'f/part/(retry)' needs 'y', which was not stored when it began",
    ]);
  });
});
