import { describe, expect, test } from 'vitest';
import { foldRun } from '../../src/engine/index.js';
import { newRun } from '../../src/engine/state/run-status.js';
import { restore, snapshotOf } from '../../src/engine/state/snapshot.js';
import { type AnyFlow, concurrent, defineRetry, defineTask, flowproof, isFlowproofError, memory, serial, times } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { graph, linear, unordered } from '../compilation/graph-tasks.js';
import { calls, failures, flowOf, part, resumed, storedBefore, task, wobbly } from './changed-retries.js';

test('what is undone at this moment gives its values to nobody any more', async () => {
  const give = task('give', { provides: ['y'], execute: async () => ({ y: 1 }) });
  const bad = task('bad', { execute: () => Promise.reject(new Error('no')), revert: undefined });
  const reading = task('read', { requires: ['y'] });
  const old = linear
    .dynamic('f')
    .add(unordered.dynamic('both').add(give).add(task('read')).build())
    .add(bad)
    .build();
  const persistence = memory();
  const isUndoing = (transitions: readonly (readonly unknown[])[]) => transitions.filter(([word]) => word === 'REVERTING').length >= 2;
  const faulty = withFaults(persistence, (_, { transitions }) => (isUndoing(transitions) ? 'die-after' : 'pass'));
  const app = flowproof({ persistence: faulty, flows: [old], executor: concurrent() } as never);
  void app.start(old as never, { id: 'r' } as never);
  await faulty.died;
  const ordered = flowOf(linear.dynamic('both').add(give).add(reading).build(), bad);
  await using second = flowproof({ persistence, flows: [ordered] } as never);
  const error: unknown = await second.resume('r', { takeover: 'force' }).catch((thrown: unknown) => thrown);
  expect(isFlowproofError(error, 'INCOMPATIBLE_FLOW') && (error as unknown as { report: unknown }).report).toEqual([
    "'f/both/read' needs 'y', whose provider is being undone",
  ]);
});

test('a revert that is tried again waits its turn in the order of now', async () => {
  let left = 1;
  const stubborn = task('a', {
    revertRetry: times(3),
    revert: async () => {
      calls.push(left > 0 ? 'undo a fails' : 'undo a');
      if (left-- > 0) throw new Error('no');
    },
  });
  const slow = task('b', {
    revert: async () => {
      calls.push('undo b begins');
      await new Promise((resolve) => setImmediate(resolve));
      calls.push('undo b');
    },
  });
  const bad = task('bad', { execute: () => Promise.reject(new Error('no')), revert: undefined });
  const old = linear.dynamic('f').add(unordered.dynamic('both').add(slow).add(stubborn).build()).add(bad).build();
  const store = await storedBefore('f/both/b', old, 'suspended', 'REVERT_FAILURE');
  const ordered = flowOf(linear.dynamic('both').add(stubborn).add(slow).build(), bad);
  expect(await resumed(store, ordered, 0, concurrent())).toEqual({
    state: 'REVERTED',
    calls: 'undo b begins, undo b, undo a',
    failures: ['f/bad'],
  });
});

describe('what a decider in a flow has skipped behind it', () => {
  const says = { b: [] as boolean[] };
  const guarded = (depth: 'all' | 'atom') =>
    graph
      .dynamic('part')
      .retry(times(2))
      .add({ a: task('a'), b: task('b'), c: wobbly('c') })
      .link('a', 'b', { decider: () => says.b.shift(), depth })
      .link('a', 'c')
      .build();
  const run = async (flow: AnyFlow, answers: readonly boolean[]) => {
    says.b = [...answers];
    failures.left = 1;
    calls.length = 0;
    await using app = flowproof({ persistence: memory(), flows: [flow] } as never);
    const { state } = await app.run(flow as never);
    return { state, calls: calls.join(', ') };
  };

  test('runs when the flow is tried again, and the decider lets it', async () => {
    expect(await run(flowOf(guarded('all'), task('z')), [false, true])).toEqual({
      state: 'SUCCESS',
      calls: 'a, c fails, undo c, undo a, a, b, c, z',
    });
    expect(await run(flowOf(guarded('all'), task('z')), [false, false])).toEqual({
      state: 'SUCCESS',
      calls: 'a, c fails, undo c, undo a, a, c',
    });
  });

  test('stays skipped when another decider has skipped it, too, that is not asked again', async () => {
    const flow = graph
      .dynamic('f')
      .add({ p: task('p'), q: task('q'), part: guarded('all'), z: task('z') })
      .link('p', 'q', { decider: () => false })
      .link('q', 'z')
      .link('p', 'part')
      .link('part', 'z')
      .build();
    expect(await run(flow, [false, true])).toEqual({ state: 'SUCCESS', calls: 'p, a, c fails, undo c, undo a, a, b, c' });
  });
});

test('a retry that is put around what fails in that moment, and has not begun, is not asked', async () => {
  const persistence = memory();
  const bad = task('bad', { execute: () => Promise.reject(new Error('no')) });
  const make = (retry: boolean, more: boolean) => {
    const inner = (retry ? linear.dynamic('part').retry(times(3)) : linear.dynamic('part')).add(bad).build();
    return more ? flowOf(task('new', { execute: () => new Promise(() => {}) }), inner) : flowOf(inner);
  };
  const faulty = withFaults(persistence, (_, { transitions }) =>
    transitions.some(([word]) => word === 'FAILURE') ? 'die-before' : 'pass',
  );
  const app = flowproof({ persistence: faulty, flows: [make(false, false)] } as never);
  void app.start(make(false, false) as never, { id: 'r' } as never);
  await faulty.died;
  calls.length = 0;
  const flow = make(true, true);
  await using second = flowproof({ persistence, flows: [flow], executor: serial() } as never);
  expect(await second.resume('r', { takeover: 'force' })).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/part/bad' }] });
});

describe('a task that has failed and is taken away', () => {
  const bad = (name: string, more: object = {}) =>
    task(name, { execute: () => Promise.reject(new Error(`${name} failed`)), revert: undefined, ...more });
  /** A run whose task `bad` has failed and was undone; it rests before `a` is undone. */
  const goingBack = (...nodes: readonly unknown[]) => storedBefore('f/a', flowOf(task('a'), ...nodes), 'suspended', 'REVERTED');

  test('is still why the run went back', async () => {
    const store = await goingBack(bad('bad'));
    expect(await resumed(store, flowOf(task('a')), 0)).toEqual({ state: 'REVERTED', calls: 'undo a', failures: ['f/bad'] });
    // Also for whoever asks later, with one more version.
    expect(await resumed(store, flowOf(task('a'), task('b')), 0)).toEqual({ state: 'REVERTED', calls: '', failures: ['f/bad'] });
  });

  test('is so in a snapshot, too', async () => {
    const store = await goingBack(bad('bad'));
    await resumed(store, flowOf(task('a')), 0);
    const journal = store.connect();
    const run = await journal.find({ key: 'r' });
    const loaded = await journal.load(run?.runId ?? '');
    if (loaded === undefined) throw new Error('the run is gone');
    const status = await foldRun(loaded);
    const restored = newRun('other', 0);
    restore(restored, JSON.parse(JSON.stringify(snapshotOf(status))));
    expect(restored.pastFailures).toMatchObject([{ report: { path: 'f/bad', failure: { message: 'bad failed' } } }]);
    expect(restored).toMatchObject({ changed: true, pastFailures: status.pastFailures });
  });

  test('tells no secret that it knew', async () => {
    const secret = defineTask({ name: 'secret', provides: ['key'], secret: ['key'], execute: async () => ({ key: 'k-1234' }) });
    const knows = bad('bad', { requires: ['key'], execute: ({ key }: { key: string }) => Promise.reject(new Error(`no: ${key}`)) });
    const store = await goingBack(secret, knows);
    await using app = flowproof({ persistence: store, flows: [flowOf(task('a'))] } as never);
    const result = await app.resume('r');
    expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/bad' }] });
    expect(JSON.stringify(result)).not.toContain('k-1234');
    expect(JSON.stringify(await app.inspect('r'))).not.toContain('k-1234');
    expect((await app.inspect('r', { secrets: 'plain' })).failures).toMatchObject([{ failure: { message: 'no: k-1234' } }]);
  });

  test('counts no more when a retry was about to try again', async () => {
    const store = await storedBefore('f/part/old', flowOf(part(task('old'), bad('bad')), task('end')), 'suspended', 'REVERTED');
    const then = flowOf(part(task('old')), bad('end'));
    expect(await resumed(store, then, 0)).toEqual({ state: 'REVERTED', calls: 'undo old, old, undo old', failures: ['f/end'] });
  });
});

test('what was to run again with a flow runs again when its retry gives up instead, and it stands before that flow now', async () => {
  const answers = ['RETRY', 'REVERT_LOCAL'];
  const own = defineRetry({ name: 'own', onFailure: () => answers.shift() } as never);
  const stuck = task('stuck', { execute: () => new Promise(() => undefined) });
  const wide = unordered.dynamic('part').retry(own).add(task('old')).add(wobbly('new')).add(stuck).build();
  const store = await storedBefore(
    'f/end',
    flowOf(unordered.dynamic('part').retry(own).add(task('old')).build(), task('gate'), task('end')),
  );
  failures.left = 1;
  // It dies when the retry has said that it tries again.
  const dying = withFaults(store, (_, { transitions }) => (transitions.some(([word]) => word === 'DECIDED') ? 'die-after' : 'pass'));
  const flow = flowOf(wide, task('gate'), task('end'));
  const app = flowproof({ persistence: dying, flows: [flow], executor: concurrent({ perRun: 3 }) } as never);
  app.resume('r').catch(() => undefined);
  await dying.died;
  expect(await resumed(store, flowOf(task('gate'), wide, task('end')), 0, concurrent({ perRun: 3 }))).toEqual({
    state: 'FAILURE',
    calls: 'undo gate, undo stuck, undo new, undo old, gate',
    failures: ['f/part/new', 'f/part/stuck'],
  });
});
