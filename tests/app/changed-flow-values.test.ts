import { expect, test } from 'vitest';
import {
  defineRetry,
  defineTask,
  flowproof,
  graph,
  IncompatibleFlowError,
  linear,
  memory,
  type Persistence,
  times,
  unordered,
} from '../../src/index.js';
import { calls, type Flow, failing, gated, give, refusal, rested, resumed, type Services, task } from './changed-flow.js';
import { Gate } from './gate.js';

/** A flow whose node `gated` is in flight when its engine is lost. */
async function lost(flow: Flow): Promise<Persistence> {
  const persistence = memory();
  const gate = new Gate();
  calls.length = 0;
  const app = flowproof({ persistence, flows: [flow], services: { gate } });
  const handle = await app.start(flow, { id: 'r' });
  handle.result().catch(() => {});
  await gate.reached;
  return persistence;
}

async function refusalAfterLoss(persistence: Persistence, flow: Flow): Promise<readonly string[]> {
  await using app = flowproof({ persistence, flows: [flow], services: { gate: new Gate() } });
  const error: unknown = await app.resume(flow, 'r', { takeover: 'force' }).then(
    ({ state }) => new Error(`it went on, and is ${state}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof IncompatibleFlowError)) throw error;
  return error.report;
}

const reading = (name: string, input: string, more: object = {}) =>
  defineTask({ name, requires: [input], execute: async () => void calls.push(name), ...more } as never) as never;

test('what is in flight is called again at once: all that it needs now must be there', async () => {
  const needing = defineTask({ name: 'gated', requires: ['y'], execute: async (_: { y: number }) => {} });
  const old = linear.dynamic<Services>('m').add(gated).build();
  const after = linear
    .dynamic<Services>('m')
    .add(give({ y: 1 }))
    .add(needing)
    .build();
  expect(await refusalAfterLoss(await lost(old), after)).toEqual(["'m/gated' needs 'y', which was not stored when it began"]);
  const given = linear
    .dynamic<Services>('m')
    .add(give({ y: 1 }))
    .add(gated)
    .build();
  await expect(refusalAfterLoss(await lost(given), after)).rejects.toThrow('it went on, and is SUCCESS');
});

test('what was done can be undone only with what is stored: a provider that has yet to run may come too late', async () => {
  const old = linear
    .dynamic<Services>('m')
    .add(task('a', { revert: true }))
    .add(gated)
    .add(failing)
    .build();
  const undoing = reading('a', 'y', { revert: async () => {} });
  const after = linear
    .dynamic<Services>('m')
    .add(give({ y: 1 }))
    .add(undoing)
    .add(gated)
    .add(failing)
    .build();
  expect(await refusal(await rested(old), after)).toEqual(["'m/a' needs 'y', which was not stored when it began"]);
  const plain = linear.dynamic<Services>('m').add(task('a')).add(gated).build();
  const reads = linear
    .dynamic<Services>('m')
    .add(give({ y: 1 }))
    .add(reading('a', 'y'))
    .add(gated)
    .build();
  expect((await resumed(await rested(plain), reads)).state).toBe('SUCCESS');
});

const reverting = (more: object = {}) =>
  defineTask({
    name: 'a',
    execute: async () => {},
    revert: async (_: {}, __: unknown, ctx: { services: { gate: Gate } }) => ctx.services.gate.pass(),
    ...more,
  } as never) as never;

test('a revert that is under way is called again: all that it needs now must be there', async () => {
  const old = linear.dynamic<Services>('m').add(reverting()).add(failing).build();
  const after = linear
    .dynamic<Services>('m')
    .add(give({ y: 1 }))
    .add(reverting({ requires: ['y'] }))
    .add(failing)
    .build();
  expect(await refusalAfterLoss(await lost(old), after)).toEqual(["'m/a' needs 'y', which was not stored when it began"]);
});

test('a revert that is under way must be there still; one that has not begun may be gone', async () => {
  const old = linear.dynamic<Services>('m').add(reverting()).add(failing).build();
  const without = linear.dynamic<Services>('m').add(task('a')).add(failing).build();
  expect(await refusalAfterLoss(await lost(old), without)).toEqual([
    "'m/a' is REVERTING, and has no revert in this code: nobody could finish undoing it",
  ]);
  const done = linear.dynamic<Services>('m').add(reverting()).add(gated).add(task('z')).build();
  const after = linear.dynamic<Services>('m').add(task('a')).add(gated).add(failing).build();
  expect(await resumed(await rested(done), after)).toEqual({ state: 'REVERTED', calls: [] });
});

test('a revert that has failed and is taken away counts as done when an operator has it tried again', async () => {
  const persistence = memory();
  const broken = reverting({ revert: () => Promise.reject(new Error('no')) });
  const old = linear.dynamic<Services>('m').add(broken).add(failing).build();
  const services = { gate: new Gate() };
  await using first = flowproof({ persistence, flows: [old], services });
  expect(await first.run(old, { id: 'r' })).toMatchObject({ state: 'FAILURE', pendingReverts: ['m/a'] });
  await using second = flowproof({ persistence, flows: [linear.dynamic<Services>('m').add(task('a')).add(failing).build()], services });
  expect(await (await second.retryRevert('r', 'm/a')).result()).toMatchObject({ state: 'REVERTED' });
});

test.each(['execute', 'revert'] as const)('a retry whose %s was under way goes on as a retry without one', async (phase) => {
  const pass = (_: unknown, __: unknown, ctx: { services: { gate: Gate } }) => ctx.services.gate.pass();
  const policy = defineRetry({ name: 'own', onFailure: () => 'REVERT', [phase]: pass } as never) as never;
  const make = (retry: never) => linear.dynamic<Services>('m').retry(retry).add(task('a')).add(failing).build();
  const persistence = await lost(make(policy));
  calls.length = 0;
  await using app = flowproof({ persistence, flows: [make(times(2) as never)], services: { gate: new Gate() } });
  expect(await app.resume(make(times(2) as never), 'r', { takeover: 'force' })).toMatchObject({ state: 'REVERTED' });
  expect(calls).toEqual(phase === 'execute' ? ['a', 'a'] : []);
});

test('what was skipped gives nothing any more', async () => {
  const make = (decided: boolean) => {
    const nodes = graph.dynamic<Services>('m').add({ gated, give: give({ n: 1 }), read: decided ? task('read') : reading('read', 'n') });
    return (decided ? nodes.link('gated', 'give', { decider: () => false, depth: 'atom' }) : nodes.link('gated', 'give'))
      .link('give', 'read')
      .build();
  };
  const persistence = memory();
  const first = flowproof({ persistence, flows: [make(true)], services: { gate: Object.assign(new Gate(), { pass: async () => {} }) } });
  for await (const { events } of first.engine(make(true), { id: 'r' }).steps()) {
    if (events.some((event) => event.type === 'task' && event.state === 'IGNORE')) break;
  }
  await first.stop();
  expect(await refusal(persistence, make(false))).toEqual(["'m/read' needs 'n', which was not stored because its provider was skipped"]);
});

test('a retry may have all of its flow done again: as long as it may, its tasks need what is outside of it', async () => {
  const make = (more: boolean, last: boolean) => {
    const inner = linear
      .open('inner')
      .retry(times(2))
      .add(more ? reading('again', 'y') : task('again'))
      .add(gated);
    return linear
      .dynamic<Services>('m')
      .add(give(more ? { x: 1, y: 2 } : { x: 1 }))
      .add((last ? inner : inner.add(task('z'))).build() as never)
      .add(task('end'))
      .build();
  };
  expect(await refusal(await rested(make(false, false)), make(true, false))).toEqual([
    "'m/inner/again' needs 'y', which was not stored when its provider ran",
  ]);
  expect((await resumed(await rested(make(false, true)), make(true, true))).state).toBe('SUCCESS');
});

test('who decides must find what it is told of, unless its node has begun', async () => {
  const choosing = (value: string, more: object = {}) =>
    linear
      .open('m')
      .add(give({ x: 1, ...more }))
      .add(gated)
      .switch('way', [value] as never, () => 'post' as never, { post: task('post') } as never)
      .build() as unknown as Flow;
  expect(await refusal(await rested(choosing('x')), choosing('y', { y: 2 }))).toEqual([
    "what decides about 'm/way/post' needs 'y', which was not stored when its provider ran",
  ]);

  const linked = (outputs: Readonly<Record<string, number>>, begun: boolean) => {
    const target = begun ? unordered.dynamic<Services>('target').add(gated).add(task('y')).build() : task('y');
    const nodes = graph.dynamic<Services>('m').add({ give: give(outputs), ...(begun ? {} : { gated }), target });
    const waiting = begun ? nodes : nodes.link('gated', 'target');
    return waiting.link('give', 'target', { decider: () => true }).build();
  };
  expect(await refusal(await rested(linked({ x: 1 }, false)), linked({ x: 1, y: 2 }, false))).toEqual([
    "what decides about 'm/target' needs 'y', which was not stored when its provider ran",
  ]);
  expect((await resumed(await rested(linked({ x: 1 }, true)), linked({ x: 1, y: 2 }, true))).state).toBe('SUCCESS');
});

test('a retry that has begun is asked again: what it reads must be there', async () => {
  const make = (reads: readonly string[]) => {
    const policy = defineRetry({ name: 'own', requires: reads, onFailure: () => 'REVERT' } as never);
    const inner = linear
      .open('inner')
      .retry(policy as never)
      .add(gated)
      .add(task('z'))
      .build();
    return linear
      .dynamic<Services>('m')
      .add(give(reads.length === 0 ? { x: 1 } : { x: 1, y: 2 }))
      .add(inner as never)
      .build();
  };
  expect(await refusal(await rested(make([])), make(['y']))).toEqual(["'m/inner/(retry)' needs 'y', which was not stored when it began"]);
});
