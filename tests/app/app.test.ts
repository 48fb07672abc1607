import { expect, test } from 'vitest';
import {
  defineTask,
  type FlowEvent,
  flowproof,
  linear,
  memory,
  type Outcome,
  PermanentError,
  run,
  runOrThrow,
  Task,
  type TaskContext,
  times,
} from '../../src/index.js';
import { code, gated, gates, twoGates } from './two-gates.js';

test('revert is told how execute ended, what it saved, and what failed', async () => {
  const told: unknown[] = [];
  @Task({ name: 'first', provides: ['volume'], keeps: ['token'] })
  class First {
    async execute(_: {}, ctx: TaskContext) {
      await ctx.save({ half: true });
      return { volume: 'v1', token: 't1' };
    }
    async revert(_: {}, outcome: Outcome<First>) {
      told.push(outcome);
    }
  }
  @Task({ name: 'second', requires: ['volume'] })
  class Second {
    async execute(_: { volume: string }, ctx: TaskContext): Promise<void> {
      await ctx.save('half');
      throw new PermanentError('no more', { cause: new RangeError('why') });
    }
    async revert({ volume }: { volume: string }, outcome: Outcome<Second>) {
      told.push(volume, outcome);
    }
  }
  const flow = linear('told').retry(times(5)).add(First).add(Second).build();
  const result = await run(flow);
  expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'told/second', phase: 'execute', attempt: 1 }] });
  const failure = { name: 'PermanentError', message: 'no more', permanent: true, cause: { name: 'RangeError', message: 'why' } };
  expect(told).toMatchObject([
    'v1',
    { kind: 'failure', failure, saved: 'half', flowFailures: [{ path: 'told/second', failure }] },
    { kind: 'result', result: { volume: 'v1', token: 't1' }, saved: { half: true } },
  ]);
});

test('runOrThrow gives results, or an error with the failures and the first cause', async () => {
  const ok = linear('ok')
    .add(defineTask({ name: 'ok', provides: ['v'], execute: async () => ({ v: 1 }) }))
    .build();
  expect(await runOrThrow(ok)).toEqual({ v: 1 });
  const bad = linear('bad')
    .add(defineTask({ name: 'bad', execute: async () => Promise.reject(new TypeError('odd')) }))
    .build();
  await expect(runOrThrow(bad)).rejects.toMatchObject({
    code: 'FLOW_FAILED',
    state: 'REVERTED',
    message: expect.stringContaining('bad/bad (execute, attempt 1): TypeError: odd'),
    cause: { name: 'TypeError', message: 'odd' },
  });
});

test('a container makes the classes that need one', async () => {
  @Task({ name: 'made', provides: ['who'] })
  class Made {
    constructor(readonly who: string) {}
    async execute() {
      return { who: this.who };
    }
  }
  const flow = linear('made').add(Made).build();
  expect(await run(flow, { resolve: (task) => new task('container') })).toMatchObject({ results: { who: 'container' } });
  const without = run as unknown as (flow: object) => Promise<unknown>;
  await expect(without(flow)).rejects.toMatchObject({
    code: 'FLOW_DEFINITION',
    diagnostics: [{ code: 'NEEDS_RESOLVE', path: 'made/made' }],
  });
});

test('progress and events of its own reach listeners, a throwing listener hurts nobody', async () => {
  const heard: unknown[] = [];
  const task = defineTask({
    name: 'p',
    async execute(_: {}, ctx: TaskContext) {
      ctx.progress(0.5, { file: 'a' });
      ctx.progress(7);
      ctx.emit('uploaded', { part: 3 });
      ctx.emit('rested');
    },
  });
  const onEvent = (event: FlowEvent): void => {
    if (event.type === 'progress') heard.push([event.path, event.fraction, event.details]);
    if (event.type === 'emitted') heard.push([event.path, event.event, event.data]);
    throw new Error('listener');
  };
  expect((await run(linear('progress').add(task).build(), { onEvent })).state).toBe('SUCCESS');
  expect(heard).toEqual([
    ['progress/p', 0.5, { file: 'a' }],
    ['progress/p', 1, undefined],
    ['progress/p', 'uploaded', { part: 3 }],
    ['progress/p', 'rested', undefined],
  ]);
});

test('another version of a flow that does not continue the stored one is refused, and nothing is changed', async () => {
  const persistence = memory();
  const services = { gates: gates() };
  const before = flowproof({ persistence, flows: [twoGates], services });
  const handle = await before.start(twoGates, { id: 'r' });
  await handle.suspend();
  services.gates.one.open();
  await handle.result();
  await before.stop();
  const changed = linear('two-gates', { version: 2 }).add(gated('zero')).add(gated('two')).build();
  await using after = flowproof({ persistence, flows: [changed], services });
  const refused = after.resume(changed, 'r');
  await expect(refused).rejects.toMatchObject({
    code: 'INCOMPATIBLE_FLOW',
    report: ['the run is one of version 1; this code has version 2, which does not say that it continues 1'],
  });
  expect((await persistence.connect().find({ key: 'r' }))?.state).toBe('SUSPENDED');
});

test('runs are listed newest first, a page at a time, and inspected without today’s code', async () => {
  const add = defineTask({
    name: 'add',
    requires: ['at'],
    provides: ['m'],
    execute: async ({ at }: { at: Date }) => ({ m: at.getTime() }),
  });
  const bad = defineTask({ name: 'bad', execute: async (): Promise<void> => Promise.reject(new Error('no')) });
  const flow = linear('listed').input<{ at: Date }>().add(add).build();
  const broken = linear('broken').retry(times(2)).add(bad).build();
  const persistence = memory();
  await using app = flowproof({ persistence, flows: [flow, broken] });
  for (const id of ['r1', 'r2', 'r3']) await app.run(flow, { id, inputs: { at: new Date(5) } });
  await app.run(broken, { id: 'r4' });
  await using outsider = flowproof({ persistence, flows: [] });
  const first = await outsider.runs({ flow: 'listed', limit: 2 });
  expect(first.runs.map(({ id, state }) => [id, state])).toEqual([
    ['r3', 'SUCCESS'],
    ['r2', 'SUCCESS'],
  ]);
  const before = first.next ?? 'none';
  expect((await outsider.runs({ flow: 'listed', limit: 2, before })).runs.map(({ id }) => id)).toEqual(['r1']);
  expect((await outsider.runs({ states: ['REVERTED'] })).runs.map(({ id }) => id)).toEqual(['r4']);
  expect(await outsider.inspect('r1')).toMatchObject({
    state: 'SUCCESS',
    inputs: { at: new Date(5) },
    atoms: [{ kind: 'task', path: 'listed/add', state: 'SUCCESS', executions: 1 }],
  });
  expect((await outsider.inspect('r4')).atoms).toMatchObject([
    { kind: 'retry', path: 'broken/(retry)', state: 'REVERTED' },
    { kind: 'task', path: 'broken/bad', state: 'REVERTED', executions: 2, failure: { message: 'no' } },
  ]);
  expect(await code(outsider.inspect('nobody'))).toBe('RUN_NOT_FOUND');
});

test('the context can be spread and wrapped', async () => {
  const keys: unknown[] = [];
  const task = defineTask({
    name: 'spread',
    async execute(_: {}, ctx: TaskContext) {
      const copy = { ...ctx };
      keys.push(copy.idempotencyKey === ctx.idempotencyKey, copy.revertKey !== ctx.idempotencyKey, copy.signal.aborted, copy.path);
    },
  });
  await run(linear('spread').add(task).build());
  expect(keys).toEqual([true, true, false, 'spread/spread']);
});
