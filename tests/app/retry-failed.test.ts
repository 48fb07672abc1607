import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { defineRetry, defineTask, flowproof, graph, isFlowproofError, linear, memory } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { graph as anyGraph, unordered } from '../compilation/graph-tasks.js';

let log: string[] = [];
let broken = new Set<string>();
beforeEach(() => {
  log = [];
  broken = new Set();
});

/** Fails, forward or back, as long as its name, or `-name`, is among what is broken. */
const step = <Name extends string>(name: Name) =>
  defineTask({
    name,
    execute: async () => {
      log.push(name);
      if (broken.has(name)) throw new Error(`${name} is broken`);
    },
    revert: async () => {
      log.push(`-${name}`);
      if (broken.has(`-${name}`)) throw new Error(`-${name} is broken`);
    },
  });

describe('a run that ended in FAILURE goes on when what it failed by is mended', () => {
  test('after onFailure: stop, from the failed task; what is done stays done', async () => {
    const flow = linear('f').add(step('a')).add(step('b')).add(step('c')).build();
    const persistence = memory();
    await using app = flowproof({ persistence, flows: [flow], onFailure: 'stop' });
    broken.add('b');
    expect(await app.run(flow, { id: 'r' })).toMatchObject({ state: 'FAILURE', partial: true });
    broken.clear();
    log = [];
    expect(await (await app.retryFailed('r')).result()).toMatchObject({ state: 'SUCCESS' });
    expect(log).toEqual(['b', 'c']);
  });

  test('what a dead process had under way is undone first, since nobody knows what it did', async () => {
    const keys: string[] = [];
    const fragile = defineTask({
      name: 'fragile',
      onInterrupted: 'revert',
      execute: async (_: {}, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        if (keys.length === 1) await new Promise(() => undefined);
      },
      revert: async (_: {}, { kind }, { idempotencyKey }) => {
        log.push(`-fragile: ${kind}, ${idempotencyKey === keys[0]}`);
      },
    });
    const flow = linear('f').add(step('a')).add(fragile).add(step('c')).build();
    const persistence = memory();
    const dying = withFaults(persistence, () => 'pass');
    const settings = { flows: [flow], onFailure: 'stop' } as const;
    const first = flowproof({ ...settings, persistence: dying });
    first.run(flow, { id: 'r' }).catch(() => undefined);
    await vi.waitFor(() => expect(keys).toHaveLength(1));
    dying.kill();
    await using app = flowproof({ ...settings, persistence });
    expect(await app.resume('r', { takeover: 'force' })).toMatchObject({ state: 'FAILURE' });
    log = [];
    expect(await (await app.retryFailed('r')).result()).toMatchObject({ state: 'SUCCESS' });
    expect(log).toEqual(['-fragile: interrupted, true', 'c']);
    expect(new Set(keys).size).toBe(2);
  });

  test.each([
    ['a task', (fragile: unknown) => fragile],
    ['a flow', (fragile: unknown) => unordered.open('part').add(fragile).add(step('beside')).build()],
  ] as const)('what was decided about %s that a dead process had under way holds, and nobody is asked again', async (_, around) => {
    let calls = 0;
    const fragile = defineTask({
      name: 'fragile',
      onInterrupted: 'revert',
      execute: async () => {
        if (++calls === 1) await new Promise(() => undefined);
      },
      revert: async () => undefined,
    });
    const decider = (): boolean => log.push('asked') > 0;
    const flow = anyGraph
      .dynamic('f')
      .add({ a: step('a'), part: around(fragile) })
      .link('a', 'part', { decider })
      .build();
    const persistence = memory();
    const dying = withFaults(persistence, () => 'pass');
    const settings = { flows: [flow], onFailure: 'stop' } as const;
    const first = flowproof({ ...settings, persistence: dying });
    first.run(flow, { id: 'r' }).catch(() => undefined);
    await vi.waitFor(() => expect(calls).toBe(1));
    dying.kill();
    await using app = flowproof({ ...settings, persistence });
    expect(await app.resume('r', { takeover: 'force' })).toMatchObject({ state: 'FAILURE' });
    expect(await (await app.retryFailed('r')).result()).toMatchObject({ state: 'SUCCESS' });
    expect([calls, log.filter((line) => line === 'asked')]).toEqual([2, ['asked']]);
    const journal = persistence.connect();
    await journal.open();
    const run = await journal.find({ key: 'r' });
    const loaded = run && (await journal.load(run.runId));
    const votes: boolean[] = [];
    for await (const page of loaded?.entries ?? []) {
      for (const { transitions } of page) for (const fact of transitions) if (fact[0] === 'VOTE') votes.push(fact[3]);
    }
    expect(votes).toEqual([true, true]);
  });

  test('it may fail again, and be mended again', async () => {
    const flow = graph('g')
      .add({ a: step('a'), b: step('b') })
      .add({ c: step('c') })
      .link('a', 'c')
      .link('b', 'c')
      .build();
    await using app = flowproof({ persistence: memory(), flows: [flow], onFailure: 'stop' });
    broken.add('a').add('b');
    await app.run(flow, { id: 'r' });
    for (const mended of ['a', 'b']) {
      broken.delete(mended);
      await (await app.retryFailed('r')).result();
    }
    expect((await app.inspect('r')).state).toBe('SUCCESS');
    expect(log.at(-1)).toBe('c');
  });

  test('where reverts have failed: these are called again, and it goes on going back', async () => {
    const flow = linear('f').add(step('a')).add(step('b')).add(step('c')).build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    broken.add('c').add('-b');
    expect(await app.run(flow, { id: 'r' })).toMatchObject({ state: 'FAILURE', pendingReverts: ['f/b', 'f/a'] });
    broken.delete('-b');
    log = [];
    expect(await (await app.retryFailed('r')).result()).toMatchObject({ state: 'REVERTED' });
    expect(log).toEqual(['-b', '-a']);
  });

  test.each([
    ['-b', 'f/b', ['-a']],
    ['-a', 'f/a', []],
  ])('where %s was skipped just before, and nobody has heard of either: it goes on going back', async (stuck, path, undone) => {
    const flow = linear('f').add(step('a')).add(step('b')).add(step('c')).build();
    const persistence = memory();
    await using app = flowproof({ persistence, flows: [flow] });
    broken.add('c').add(stuck);
    await app.run(flow, { id: 'r' });
    log = [];
    const journal = persistence.connect();
    const { runId = '' } = (await journal.find({ key: 'r' })) ?? {};
    await journal.send({ id: randomUUID(), runId, kind: 'skipRevert', payload: path });
    await journal.send({ id: randomUUID(), runId, kind: 'retryFailed' });
    expect(await app.resume('r')).toMatchObject({ state: 'REVERTED' });
    expect(log).toEqual(undone);
  });

  test('where a retry undid its own flow only: that and what was behind it begin anew', async () => {
    const local = defineRetry({ name: 'local', onFailure: () => 'REVERT_LOCAL' as const });
    const inner = linear.open('inner').retry(local).add(step('b')).add(step('c')).build();
    const flow = linear('f').add(step('a')).add(inner).add(step('d')).build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    broken.add('c');
    expect(await app.run(flow, { id: 'r' })).toMatchObject({ state: 'FAILURE', partial: true });
    broken.clear();
    log = [];
    expect(await (await app.retryFailed('r')).result()).toMatchObject({ state: 'SUCCESS' });
    expect(log).toEqual(['b', 'c', 'd']);
  });

  test.each([
    ['stopped', 'stop', step('l')],
    [
      'a retry in the branch undid its own flow',
      'revert',
      linear
        .open('l')
        .retry(defineRetry({ name: 'local', onFailure: () => 'REVERT_LOCAL' as const }))
        .add(step('l'))
        .build(),
    ],
  ] as const)('a choice that was made stays made: %s', async (_, onFailure, left) => {
    const asked: string[] = [];
    const choose = (): 'l' | 's' => {
      asked.push('which?');
      return asked.length === 1 ? 'l' : 's';
    };
    const flow = linear('f')
      .add(step('a'))
      .switch('way', [], choose, { l: left, s: step('s') })
      .add(step('z'))
      .build();
    await using app = flowproof({ persistence: memory(), flows: [flow], onFailure });
    broken.add('l');
    expect((await app.run(flow, { id: 'r' })).state).toBe('FAILURE');
    broken.clear();
    log = [];
    expect((await (await app.retryFailed('r')).result()).state).toBe('SUCCESS');
    expect(log).toEqual(['l', 'z']);
    expect(asked).toEqual(['which?']);
  });

  test('what somebody has skipped who is not asked again stays skipped', async () => {
    const local = defineRetry({ name: 'local', onFailure: () => 'REVERT_LOCAL' as const });
    const inner = linear.open('inner').retry(local).add(step('b')).build();
    const flow = graph('f')
      .add({ x: step('x'), y: step('y') })
      .add({ inner })
      .add({ z: step('z') })
      .link('x', 'y', { decider: () => false, depth: 'all' })
      .link('y', 'z')
      .link('x', 'inner')
      .link('inner', 'z')
      .build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    broken.add('b');
    expect((await app.run(flow, { id: 'r' })).state).toBe('FAILURE');
    broken.clear();
    log = [];
    expect((await (await app.retryFailed('r')).result()).state).toBe('SUCCESS');
    expect(log).toEqual(['b']);
  });

  test('a choice in what was undone is made again', async () => {
    const local = defineRetry({ name: 'local', onFailure: () => 'REVERT_LOCAL' as const });
    const pick = defineTask({
      name: 'pick',
      provides: ['size'],
      execute: async (): Promise<{ size: 'l' | 's' }> => ({ size: broken.has('l') ? 'l' : 's' }),
    });
    const inner = linear
      .open('inner')
      .retry(local)
      .add(pick)
      .switch('by-size', ['size'], ({ size }) => size, { l: step('l'), s: step('s') })
      .build();
    const flow = linear('f').add(step('a')).add(inner).build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    broken.add('l');
    expect((await app.run(flow, { id: 'r' })).state).toBe('FAILURE');
    broken.clear();
    log = [];
    expect((await (await app.retryFailed('r')).result()).state).toBe('SUCCESS');
    expect(log).toEqual(['s']);
  });
});

test('a run in any other state is refused, and nothing happens to it', async () => {
  const flow = linear('f').add(step('a')).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  broken.add('a');
  await app.run(flow, { id: 'undone' });
  await expect(app.retryFailed('undone')).rejects.toSatisfy((error) => isFlowproofError(error, 'RUN_NOT_FAILED'));
  await expect(app.retryFailed('none')).rejects.toSatisfy((error) => isFlowproofError(error, 'RUN_NOT_FOUND'));
});
