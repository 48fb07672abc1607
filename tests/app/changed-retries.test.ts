import { describe, expect, test } from 'vitest';
import { foldRun } from '../../src/engine/index.js';
import { newRun } from '../../src/engine/state/run-status.js';
import { restore, snapshotOf } from '../../src/engine/state/snapshot.js';
import {
  type AnyFlow,
  concurrent,
  defineRetry,
  defineTask,
  flowproof,
  isFlowproofError,
  memory,
  type Persistence,
  serial,
  times,
} from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { graph, linear, unordered } from '../compilation/graph-tasks.js';

const calls: string[] = [];
const failures = { left: 0 };

const task = (name: string, options: object = {}) =>
  defineTask({
    name,
    execute: async () => void calls.push(name),
    revert: async () => void calls.push(`undo ${name}`),
    ...options,
  } as never);
const wobbly = (name: string) =>
  task(name, {
    execute: async () => {
      calls.push(failures.left > 0 ? `${name} fails` : name);
      if (failures.left-- > 0) throw new Error('503');
    },
  });
const flowOf = (...nodes: readonly unknown[]): AnyFlow =>
  nodes.reduce((flow: ReturnType<typeof linear>, node) => flow.add(node), linear.dynamic('f')).build();
const part = (...nodes: readonly unknown[]) =>
  nodes.reduce((flow: ReturnType<typeof linear>, node) => flow.add(node), linear.dynamic('part').retry(times(3))).build();

/** Goes until this atom is about to be called, after something came to this state: it rests there, or its process dies there. */
async function storedBefore(path: string, flow: AnyFlow, how: 'suspended' | 'killed' = 'suspended', after?: string): Promise<Persistence> {
  const persistence = memory();
  let isThere = false;
  const faulty = withFaults(persistence, () => (isThere ? 'die-before' : 'pass'));
  const app = flowproof({ persistence: faulty, flows: [flow] } as never);
  const steps = app.engine(flow as never, { id: 'r' }).steps();
  let isNear = after === undefined;
  for (let next = await steps.next(); next.done !== true; next = await steps.next()) {
    isNear ||= next.value.events.some((event) => event.type === 'task' && event.state === after);
    if (isNear && next.value.starting.includes(path)) break;
  }
  isThere = how === 'killed';
  if (how === 'killed') {
    void steps.next();
    await faulty.died;
  } else {
    await steps.return(undefined as never);
    await app.stop();
  }
  return persistence;
}

async function resumed(persistence: Persistence, flow: AnyFlow, fails: number, executor = serial()) {
  calls.length = 0;
  failures.left = fails;
  await using app = flowproof({ persistence, flows: [flow], executor } as never);
  const result = await app.resume('r', { takeover: 'force' });
  const told = 'failures' in result && result.state !== 'SUCCESS' ? { failures: result.failures.map(({ path }) => path) } : {};
  return { state: result.state, calls: calls.join(', '), ...told };
}

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
