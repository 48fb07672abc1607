import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import {
  concurrent,
  defineTask,
  type FlowEvent,
  file,
  flowproof,
  linear,
  memory,
  type Persistence,
  type TaskContext,
  unordered,
  waitFor,
} from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { describePostgres } from '../support/postgres.js';
import { Gate } from './gate.js';

/** `first` is done, `second` waits at a gate, or until it is told to end. */
class World {
  readonly gate = new Gate();
  readonly log: string[] = [];
  readonly events: FlowEvent[] = [];

  readonly first = defineTask({
    name: 'first',
    execute: () => void this.log.push('first'),
    revert: () => void this.log.push('undo first'),
  });

  readonly second = defineTask({
    name: 'second',
    execute: async (_: {}, { signal }: TaskContext) => {
      const aborted = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      await Promise.race([this.gate.pass(), aborted]);
    },
    revert: (_: {}, { kind }) => void this.log.push(`undo second: ${kind}`),
  });

  readonly third = defineTask({ name: 'third', execute: () => void this.log.push('third') });
  readonly flow = linear('f').add(this.first).add(this.second).add(this.third).build();
  readonly onEvent = (event: FlowEvent): void => void this.events.push(event);
}

let stores = 0;

function onEveryStore(name: string, prove: (store: Persistence) => Promise<void>): void {
  test(`${name}: memory`, () => prove(memory()));
  test(`${name}: files`, () => prove(file(mkdtempSync(join(tmpdir(), 'flowproof-cancel-')))));
  describePostgres('PostgreSQL', (database) => {
    test(name, () => prove(postgres(database().url, { schema: `where_${stores++}` })));
  });
}

describe('cancel(id, { undo: false })', () => {
  onEveryStore('ends a run where it is, and what it did stays done; cancelled again, it is undone', async (persistence) => {
    const { flow, gate, log, onEvent, events } = new World();
    await using app = flowproof({ persistence, flows: [flow], onEvent });
    const run = await app.start(flow, { id: 'r' });
    await gate.reached;
    const asked = await app.cancel('r', { undo: false, reason: 'closed' });
    const result = await asked.result();
    expect(result).toMatchObject({ state: 'CANCELLED', partial: true, reason: 'closed', failures: [{ path: 'f/second' }] });
    expect('failures' in result && result.failures[0]?.failure.message).toBe('the run was cancelled (closed)');
    expect(await run.result()).toEqual(result);
    expect(log).toEqual(['first']);
    expect(events.filter(({ type }) => type === 'run').at(-1)).toMatchObject({ state: 'CANCELLED', partial: true, reason: 'closed' });
    expect((await app.runs()).runs).toMatchObject([{ id: 'r', state: 'CANCELLED', partial: true }]);
    expect(await app.inspect('r')).toMatchObject({ state: 'CANCELLED', partial: true, reason: 'closed' });
    await expect(app.cancel('r', { undo: false })).rejects.toMatchObject({ code: 'RUN_ENDED' });
    await expect(app.suspend('r')).rejects.toMatchObject({ code: 'RUN_ENDED' });
    await expect(app.retryFailed('r')).rejects.toMatchObject({ code: 'RUN_NOT_FAILED' });
    expect(await app.rerun(flow, 'r'), 'only what succeeded runs again').toEqual(result);
    expect(await app.resume(flow, 'r'), 'a resume asks for nothing').toEqual(result);
    const undone = await (await app.cancel('r')).result();
    expect(undone).toMatchObject({ state: 'CANCELLED', partial: false });
    expect(log).toEqual(['first', 'undo second: interrupted', 'undo first']);
    expect((await app.runs()).runs[0]).not.toHaveProperty('partial');
    expect(await app.inspect('r')).not.toHaveProperty('partial');
    await expect(app.cancel('r')).rejects.toMatchObject({ code: 'RUN_ENDED' });
  });

  onEveryStore('is found by who reopens the store, and undone there', async (persistence) => {
    const { flow, gate, log } = new World();
    const app = flowproof({ persistence, flows: [flow] });
    await app.start(flow, { id: 'r' });
    await gate.reached;
    await app.handle(flow, 'r').cancel({ undo: false });
    await app.handle('r').result();
    await app.stop();
    if (persistence.kind === 'memory') return;
    await using later = flowproof({ persistence, flows: [flow] });
    expect((await later.runs()).runs).toMatchObject([{ state: 'CANCELLED', partial: true }]);
    const undoing = await later.cancel('r', { reason: 'by mistake' });
    expect(await undoing.result()).toMatchObject({ state: 'CANCELLED', partial: false, reason: 'by mistake' });
    expect(log.at(-1)).toBe('undo first');
  });

  test('withdraws what waits, and says so of a run that nobody has', async () => {
    const { flow: _, first, log } = new World();
    const flow = linear('w').add(first).add(waitFor('go')).build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    const run = await app.start(flow, { id: 'r' });
    await vi.waitFor(async () => expect((await app.inspect('r')).asleep).toBeDefined());
    await run.cancel({ undo: false });
    expect(await run.result()).toMatchObject({ state: 'CANCELLED', partial: true, failures: [] });
    expect((await app.inspect('r')).atoms.map(({ state }) => state)).toEqual(['SUCCESS', 'REVERTED']);
    expect(log).toEqual(['first']);
  });

  test('a suspended run ends, too, without a call; one that has not begun is not partial', async () => {
    const { flow, gate, log } = new World();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    const run = await app.start(flow, { id: 'r' });
    await gate.reached;
    await run.suspend();
    gate.open();
    expect((await run.result()).state).toBe('SUSPENDED');
    expect(await (await app.cancel('r', { undo: false })).result()).toMatchObject({ state: 'CANCELLED', partial: true });
    expect(log).toEqual(['first']);
    await app.engine(flow, { id: 'p' }).prepare();
    expect(await (await app.cancel('p', { undo: false })).result()).toMatchObject({ state: 'CANCELLED', partial: false });
  });

  test('leaves code that does not end after graceMs, and gives its slot to others', async () => {
    const clock = new VirtualClock();
    const gate = new Gate();
    const deaf = defineTask({ name: 'deaf', execute: () => gate.pass() });
    const flow = linear('f').add(deaf).build();
    const quick = linear('q')
      .add(defineTask({ name: 'quick', execute: () => undefined }))
      .build();
    await using app = flowproof({ persistence: memory(), flows: [flow, quick], clock, graceMs: 500, executor: concurrent({ limit: 1 }) });
    const run = await app.start(flow, { id: 'r' });
    await gate.reached;
    await run.cancel({ undo: false });
    await vi.waitFor(async () => {
      await clock.advance(100);
      expect((await app.inspect('r')).state).toBe('CANCELLED');
    });
    expect(await run.result()).toMatchObject({ partial: true, failures: [{ failure: { code: 'INTERRUPTED' } }] });
    expect((await app.run(quick)).state).toBe('SUCCESS');
    gate.open();
  });

  test('asks what is under way to end, and reverts to go on; nothing comes after them', async () => {
    const gate = new Gate();
    const log: string[] = [];
    const slow = defineTask({
      name: 'slow',
      execute: () => undefined,
      revert: async (_: {}, _outcome, { signal }: TaskContext) => {
        await gate.pass();
        log.push(`undo slow, aborted: ${signal.aborted}`);
      },
    });
    const fails = defineTask({ name: 'fails', execute: () => Promise.reject(new Error('planned')) });
    const before = defineTask({ name: 'before', execute: () => undefined, revert: () => void log.push('undo before') });
    const flow = linear('f').add(before).add(slow).add(fails).build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    const run = await app.start(flow, { id: 'r' });
    await gate.reached;
    await run.cancel({ undo: false });
    gate.open();
    expect(await run.result()).toMatchObject({ state: 'CANCELLED', partial: true });
    expect(log).toEqual(['undo slow, aborted: false']);
    expect(await (await app.cancel('r')).result()).toMatchObject({ state: 'CANCELLED', partial: false });
    expect(log.at(-1)).toBe('undo before');
  });

  test('a cancel that comes while it ends is not lost: whoever takes the run undoes it', async () => {
    const { flow, gate, log } = new World();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    const run = await app.start(flow, { id: 'r' });
    await gate.reached;
    await Promise.all([run.cancel({ undo: false }), run.cancel()]);
    expect(await run.result()).toMatchObject({ state: 'CANCELLED' });
    await vi.waitFor(async () => expect(await app.inspect('r')).toMatchObject({ state: 'CANCELLED' }));
    await vi.waitFor(() => expect(log.at(-1)).toBe('undo first'));
  });

  test('is forgotten by a reset, and pruned as what was cancelled is', async () => {
    const { flow, gate } = new World();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    await app.start(flow, { id: 'r' });
    await gate.reached;
    await (await app.cancel('r', { undo: false, reason: 'closed' })).result();
    await app.reset('r');
    expect(await app.inspect('r')).not.toHaveProperty('partial');
    expect(await app.inspect('r')).not.toHaveProperty('reason');
    gate.open();
    expect((await app.run(flow, { id: 'r' })).state).toBe('SUCCESS');
    const other = new World();
    await using second = flowproof({ persistence: memory(), flows: [other.flow] });
    const run = await second.start(other.flow, { id: 'r' });
    await other.gate.reached;
    await run.cancel({ undo: false });
    await run.result();
    expect(await second.prune({ olderThanMs: -1_000_000 })).toBe(1);
  });

  test('tells all calls that are under way, and the events of its journal say the same', async () => {
    const world = new World();
    const flow = unordered('f').add(world.second).add(world.first).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], executor: concurrent(), onEvent: world.onEvent });
    const run = await app.start(flow, { id: 'r' });
    await world.gate.reached;
    await run.cancel({ undo: false, reason: 'why' });
    await run.result();
    const followed: FlowEvent[] = [];
    for await (const event of app.follow('r')) followed.push(event);
    expect(followed.at(-1)).toMatchObject({ type: 'run', state: 'CANCELLED', partial: true, reason: 'why' });
  });

  test('refuses what is no way to cancel', async () => {
    await using app = flowproof({ persistence: memory(), flows: [] });
    await expect(app.cancel('r', { undo: 'no' as never })).rejects.toThrow(
      "cancel(id, { undo }) is 'no': it must be true, the default, or false",
    );
    for (const reason of ['', 'x'.repeat(501), 'a\0b', 7 as never])
      await expect(app.cancel('r', { reason })).rejects.toThrow(
        /^cancel\(id, \{ reason \}\) is .*: it must be a text of 1 to 500 characters/,
      );
  });
});
