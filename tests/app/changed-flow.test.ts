import { expect, test } from 'vitest';
import { concurrent, defineTask, flowproof, graph, linear, memory, times, unordered } from '../../src/index.js';
import { calls, failing, gated, give, refusal, rested, resumed, type Services, task } from './changed-flow.js';
import { Gate } from './gate.js';

const before = linear.dynamic<Services>('m').add(task('a')).add(gated).add(task('z')).build();

test('an atom that was added runs, wherever it is (R-17.8); one that was renamed is new (R-17.11)', async () => {
  const store = await rested(before);
  const after = linear.dynamic<Services>('m').add(task('new')).add(task('a')).add(gated).add(task('renamed')).build();
  expect(await resumed(store, after)).toEqual({ state: 'SUCCESS', calls: ['new', 'renamed'] });
});

test('an atom that had not begun may be gone; of those that were done, only what can be undone must stay (R-17.9, D-15)', async () => {
  expect(await resumed(await rested(before), linear.dynamic<Services>('m').add(gated).build())).toEqual({ state: 'SUCCESS', calls: [] });
  const undoable = linear
    .dynamic<Services>('m')
    .add(task('a', { revert: true }))
    .add(gated)
    .add(task('z'))
    .build();
  expect(await refusal(await rested(undoable), linear.dynamic<Services>('m').add(gated).build())).toEqual([
    "'m/a' is SUCCESS, and is not in this code: nobody could undo it",
  ]);
});

test('another order is the one of the code that goes on (R-17.11)', async () => {
  const after = linear.dynamic<Services>('m').add(task('z')).add(gated).add(task('y')).add(task('a')).build();
  expect(await resumed(await rested(before), after)).toEqual({ state: 'SUCCESS', calls: ['z', 'y'] });
});

test('what was done before the change is undone after it', async () => {
  const store = await rested(
    linear
      .dynamic<Services>('m')
      .add(task('a', { revert: true }))
      .add(gated)
      .add(task('z'))
      .build(),
  );
  const after = linear
    .dynamic<Services>('m')
    .add(task('first'))
    .add(task('a', { revert: true }))
    .add(gated)
    .add(failing)
    .build();
  expect(await resumed(store, after)).toEqual({ state: 'REVERTED', calls: ['first', 'undo a'] });
});

test('a value that is needed must have been stored, or be given by whoever has yet to run', async () => {
  const read = defineTask({ name: 'read', requires: ['n'], execute: async ({ n }: { n: number }) => void calls.push(`n is ${n}`) });
  const store = async () =>
    rested(
      linear
        .dynamic<Services>('m')
        .add(give({ x: 1 }))
        .add(gated)
        .add(read, { rebind: { n: 'x' } })
        .build(),
    );
  expect(
    await refusal(
      await store(),
      linear
        .dynamic<Services>('m')
        .add(give({ x: 1, y: 2 }))
        .add(gated)
        .add(read, { rebind: { n: 'y' } })
        .build(),
    ),
  ).toEqual(["'m/read' needs 'n', which was not stored when its provider ran"]);
  expect(
    await resumed(
      await store(),
      linear
        .dynamic<Services>('m')
        .add(give({ x: 1 }))
        .add(gated)
        .add(read, { inject: { n: 7 } })
        .build(),
    ),
  ).toEqual({
    state: 'SUCCESS',
    calls: ['n is 7'],
  });
});

test('a task that has begun goes on only in the version in which it began (D-13)', async () => {
  const other = linear
    .dynamic<Services>('m')
    .add(task('a', { version: 2 }))
    .add(gated)
    .add(task('z', { version: 9 }))
    .build();
  expect(await refusal(await rested(before), other)).toEqual(["'m/a' began in version 1, and is version 2 now"]);
});

test('another version of a flow goes on with a run only if it says so', async () => {
  const next = (continues: readonly number[]) =>
    linear.dynamic<Services>('m', { version: 2, continues }).add(task('a')).add(gated).add(task('z')).build();
  expect(await refusal(await rested(before), next([]))).toEqual([
    'the run is one of version 1; this code has version 2, which does not say that it continues 1',
  ]);
  expect(await resumed(await rested(before), next([1]))).toEqual({ state: 'SUCCESS', calls: ['z'] });
});

test('a run can change its flow several times, and is read as it is now', async () => {
  const store = await rested(before);
  const second = linear.dynamic<Services>('m').add(task('b')).add(task('a')).add(gated).add(failing).build();
  expect((await resumed(store, second)).state).toBe('REVERTED');
  await using app = flowproof({ persistence: store, flows: [] });
  const { atoms } = await app.inspect('r');
  expect(atoms.map(({ path, state }) => `${path} ${state}`)).toEqual([
    'm/b REVERTED',
    'm/a REVERTED',
    'm/gated REVERTED',
    'm/failing REVERTED',
  ]);
});

test('what a retry of one’s own knows of failures is of the same tasks after the change', async () => {
  const persistence = memory();
  const seen: string[] = [];
  const asked = { n: 0 };
  const policy = {
    onFailure: (history: { attempts: readonly { failures: readonly { path: string }[] }[] }) => {
      seen.push(history.attempts.map(({ failures }) => failures.map(({ path }) => path).join()).join(' | '));
      return asked.n++ < 1 ? ('RETRY' as const) : ('REVERT' as const);
    },
  };
  const make = (more: boolean) => {
    const flow = linear.dynamic<Services>('m').retry(policy);
    return (more ? flow.add(task('new')) : flow)
      .add(task('a', { revert: true }))
      .add(failing)
      .build();
  };
  const first = flowproof({ persistence, flows: [make(false)], services: { gate: new Gate() } });
  for await (const { events } of first.engine(make(false), { id: 'r' }).steps()) {
    if (events.some((event) => event.type === 'retry' && event.state === 'RETRYING')) break;
  }
  await first.stop();
  await using second = flowproof({ persistence, flows: [make(true)], services: { gate: new Gate() } });
  expect((await second.resume('r')).state).toBe('REVERTED');
  expect(seen).toEqual(['m/failing', 'm/failing | m/failing']);
});

test('a task that is new in a flow that is being undone for another attempt waits for that attempt', async () => {
  const persistence = memory();
  let failures = 1;
  const once = defineTask({ name: 'once', execute: () => (failures-- > 0 ? Promise.reject(new Error('no')) : undefined) });
  const make = (more: boolean) => {
    const flow = linear.dynamic<Services>('m').retry(times(2));
    return (more ? flow.add(task('new')) : flow)
      .add(task('a', { revert: true }))
      .add(once)
      .build();
  };
  const first = flowproof({ persistence, flows: [make(false)], services: { gate: new Gate() } });
  for await (const { starting, events } of first.engine(make(false), { id: 'r' }).steps()) {
    if (starting.includes('m/a') && events.some((event) => event.type === 'task' && event.state === 'REVERTED')) break;
  }
  await first.stop();
  expect((await flowproof({ persistence, flows: [] }).inspect('r')).atoms.map(({ state }) => state)).toEqual([
    'SUCCESS',
    'SUCCESS',
    'REVERTED',
  ]);
  expect(await resumed(persistence, make(true), concurrent())).toEqual({ state: 'SUCCESS', calls: ['undo a', 'new', 'a'] });
});

test('a decided flow that has begun goes on, although its decider has another number now', async () => {
  const make = (more: boolean) => {
    const inner = unordered.dynamic<Services>('inner').add(gated).add(task('y')).build();
    const nodes = graph.dynamic<Services>('m').add({ ...(more ? { other: task('other') } : {}), first: task('first'), inner });
    const linked = more ? nodes.link('first', 'other', { decider: () => true }) : nodes;
    return linked.link('first', 'inner', { decider: () => true }).build();
  };
  const store = await rested(make(false));
  expect(await resumed(store, make(true))).toEqual({ state: 'SUCCESS', calls: ['other', 'y'] });
});
