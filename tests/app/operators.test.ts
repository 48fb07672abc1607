import { describe, expect, test } from 'vitest';
import {
  concurrent,
  defineTask,
  flowproof,
  linear,
  memory,
  type Persistence,
  type TaskContext,
  times,
  unordered,
} from '../../src/index.js';
import { VirtualClock, withFaults } from '../../src/testing/index.js';
import { Gate } from './gate.js';

interface Services {
  readonly log: string[];
  /** Names of what fails, while they are in it. */
  readonly broken: Set<string>;
}
type Context = TaskContext<Services>;

const task = (name: string, options: object = {}) =>
  defineTask({
    name,
    execute: async (_: {}, { services: { log, broken } }: Context) => {
      log.push(name);
      if (broken.has(name)) throw new Error(`${name} failed`);
    },
    revert: async (_: {}, outcome, { services: { log, broken } }: Context) => {
      log.push(`undo ${name} (${outcome.kind})`);
      if (broken.has(`undo ${name}`)) throw new Error(`undo ${name} failed`);
    },
    ...options,
  });
const flow = linear.dynamic<Services>('f').add(task('a')).add(task('b')).add(task('c')).build();

const world = (...broken: readonly string[]): Services => ({ log: [], broken: new Set(broken) });
const appOf = (services: Services, persistence: Persistence = memory()) => flowproof({ persistence, flows: [flow], services });

describe('a revert that fails (D-7)', () => {
  test('ends the run as FAILURE with what is left; a plain resume says the same', async () => {
    const services = world('c', 'undo b');
    await using app = appOf(services);
    const result = await app.run(flow, { id: 'r' });
    expect(result).toMatchObject({ state: 'FAILURE', partial: true, pendingReverts: ['f/b', 'f/a'] });
    if (result.state !== 'FAILURE') return;
    expect(result.failures.map(({ path, phase, failure }) => `${path} ${phase} ${failure.message}`)).toEqual([
      'f/c execute c failed',
      'f/b revert undo b failed',
    ]);
    const before = [...services.log];
    expect(await app.resume('r')).toEqual(result);
    expect(services.log).toEqual(before);
  });

  test('is tried again when an operator says so, and the run goes on from there', async () => {
    const services = world('c', 'undo b');
    await using app = appOf(services);
    await app.run(flow, { id: 'r' });
    expect(await (await app.retryRevert('r', 'f/b')).result(), 'it fails again').toMatchObject({
      state: 'FAILURE',
      pendingReverts: ['f/b', 'f/a'],
    });
    services.broken.delete('undo b');
    services.log.length = 0;
    expect(await (await app.retryRevert('r', 'f/b')).result()).toMatchObject({ state: 'REVERTED' });
    expect(services.log).toEqual(['undo b (result)', 'undo a (result)']);
  });

  test('is skipped when somebody has undone it by hand', async () => {
    const services = world('c', 'undo b');
    await using app = appOf(services);
    await app.run(flow, { id: 'r' });
    services.log.length = 0;
    expect(await (await app.skipRevert('r', 'f/b')).result()).toMatchObject({ state: 'REVERTED' });
    expect(services.log).toEqual(['undo a (result)']);
  });

  test('of another task can be neither: the error says which could', async () => {
    const services = world('c', 'undo b');
    await using app = appOf(services);
    await app.run(flow, { id: 'r' });
    await expect(app.retryRevert('r', 'f/a')).rejects.toMatchObject({ code: 'REVERT_NOT_FAILED', failed: ['f/b'] });
    await expect(app.skipRevert('r', 'f/x')).rejects.toThrow("the revert of 'f/x' in run 'r' has not failed; these have: f/b");
    await expect(app.retryRevert('nobody', 'f/a')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('is called as often as its task says, with pauses, before anybody has to look', async () => {
    const clock = new VirtualClock();
    const stubborn = task('s', { revertRetry: times(3, { backoff: { delayMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0 } }) });
    const line = linear.dynamic<Services>('g').add(task('a')).add(stubborn).add(task('z')).build();
    const services = world('z', 'undo s');
    const states: string[] = [];
    const app = flowproof({ persistence: memory(), flows: [line], services, clock });
    app.on((event) => {
      if (event.type !== 'task' || event.path !== 'g/s') return;
      states.push(`${clock.nowMs()} ${event.state}`);
      // Each failed try is followed by a pause: time goes on when the engine waits for it.
      if (event.state === 'REVERT_FAILURE') setImmediate(() => clock.advance(event.attempt === 1 ? 1_000 : 2_000));
      if (event.attempt === 2 && event.state === 'REVERT_FAILURE') services.broken.clear();
    });
    expect(await app.run(line, { id: 'r' })).toMatchObject({ state: 'REVERTED' });
    expect(states.slice(2)).toEqual([
      '0 REVERTING',
      '0 REVERT_FAILURE',
      '1000 REVERTING',
      '1000 REVERT_FAILURE',
      '3000 REVERTING',
      '3000 REVERTED',
    ]);
    await app.stop();
  });
});

describe('a cancelled run', () => {
  test('tells what is under way to stop, undoes what was done, and ends CANCELLED', async () => {
    const gate = new Gate();
    const waiting = defineTask({
      name: 'waiting',
      execute: (_: {}, ctx: Context) => {
        gate.pass();
        return new Promise<void>((_resolve, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
      },
      revert: async (_: {}, outcome, { services }: Context) => void services.log.push(`undo waiting (${outcome.kind})`),
    });
    const line = linear.dynamic<Services>('f').retry(times(5)).add(task('a')).add(waiting).add(task('z')).build();
    const services = world();
    await using app = flowproof({ persistence: memory(), flows: [line], services });
    const handle = await app.start(line, { id: 'r' });
    await gate.reached;
    await handle.cancel();
    expect(await handle.result()).toMatchObject({ state: 'CANCELLED', runId: 'r' });
    expect(services.log).toEqual(['a', 'undo waiting (interrupted)', 'undo a (result)']);
    expect(await app.resume('r')).toMatchObject({ state: 'CANCELLED' });
  });

  test('that has not begun ends without a call', async () => {
    const services = world();
    await using app = appOf(services);
    await app.engine(flow, { id: 'r' }).prepare();
    expect(await (await app.cancel('r')).result()).toMatchObject({ state: 'CANCELLED', failures: [] });
    expect(services.log).toEqual([]);
  });

  test('that rests is undone by whoever cancels it; one that has ended stays as it is, and nothing can be asked of it', async () => {
    const persistence = memory();
    const services = world();
    const first = appOf(services, persistence);
    for await (const { starting } of first.engine(flow, { id: 'r' }).steps()) if (starting.includes('f/c')) break;
    await first.stop();
    await using second = appOf(services, persistence);
    expect(await (await second.cancel('r')).result()).toMatchObject({ state: 'CANCELLED' });
    expect(services.log).toEqual(['a', 'b', 'undo b (result)', 'undo a (result)']);
    const handle = await second.start(flow, { id: 's' });
    await handle.result();
    for (const late of [second.cancel('s'), second.suspend('s'), handle.cancel(), handle.suspend()])
      await expect(late).rejects.toMatchObject({ code: 'RUN_ENDED', runId: 's', state: 'SUCCESS' });
    expect(await second.resume('s')).toMatchObject({ state: 'SUCCESS' });
  });
});

describe('what a failure does to its siblings', () => {
  const gates = { slow: new Gate() };
  const obedient = defineTask({
    name: 'obedient',
    execute: (_: {}, ctx: Context) =>
      new Promise<void>((resolve, reject) => {
        void gates.slow.opened.then(resolve);
        ctx.signal.addEventListener('abort', () => reject(new Error('told to stop')));
      }),
    revert: async (_: {}, outcome, { services }: Context) => void services.log.push(`undo obedient (${outcome.kind})`),
  });
  const failing = task('failing');

  test('abortSiblings: they are told to stop, and nobody knows how far they came', async () => {
    const side = unordered.dynamic<Services>('u').add(obedient).add(failing).build();
    const services = world('failing');
    await using app = flowproof({ persistence: memory(), flows: [side], services, executor: concurrent(), onFailure: 'abortSiblings' });
    expect((await app.run(side)).state).toBe('REVERTED');
    expect(services.log.sort()).toEqual(['failing', 'undo failing (failure)', 'undo obedient (interrupted)']);
  });

  test('but not those outside of the flow that is tried again', async () => {
    const inner = linear.dynamic<Services>('inner').retry(times(2)).add(failing).build();
    const side = unordered.dynamic<Services>('u').add(obedient).add(inner).build();
    const services = world('failing');
    const app = flowproof({ persistence: memory(), flows: [side], services, executor: concurrent(), onFailure: 'abortSiblings' });
    app.on((event) => {
      if (event.type === 'retry' && event.state === 'RETRYING') {
        services.broken.clear();
        gates.slow.open();
      }
    });
    expect((await app.run(side)).state).toBe('SUCCESS');
    await app.stop();
  });

  test('stop: nothing is retried or undone, what is under way ends, and the run ends FAILURE (R-13.21)', async () => {
    const guarded = linear.dynamic<Services>('f').retry(times(5)).add(task('a')).add(task('b')).add(task('c')).build();
    const services = world('b');
    await using app = flowproof({ persistence: memory(), flows: [guarded], services, onFailure: 'stop' });
    const result = await app.run(guarded, { id: 'r' });
    expect(result).toMatchObject({ state: 'FAILURE', partial: true, failures: [{ path: 'f/b' }], pendingReverts: [] });
    expect(services.log).toEqual(['a', 'b']);
    expect(await app.resume('r'), 'nor later: B-9').toEqual(result);
  });

  test('stop: what was under way when its process died ends, too, and so does the run', async () => {
    const gate = new Gate();
    const slow = task('slow', {
      execute: async (_: {}, { services: { log }, attempt }: Context) => {
        log.push(`slow ${attempt}`);
        if (attempt === 1) await gate.opened;
      },
    });
    const both = unordered.dynamic<Services>('u').add(task('broken')).add(slow).build();
    const services = world('broken');
    const persistence = memory();
    const settings = { flows: [both], services, executor: concurrent(), onFailure: 'stop' } as const;
    const dying = withFaults(persistence, (write) => (write === 1 ? 'die-after' : 'pass'));
    void flowproof({ ...settings, persistence: dying })
      .run(both, { id: 'r' })
      .catch(() => undefined);
    await dying.died;
    await using app = flowproof({ ...settings, persistence });
    expect(await app.resume('r', { takeover: 'force' })).toMatchObject({ state: 'FAILURE', failures: [{ path: 'u/broken' }] });
    expect(services.log).toEqual(['broken', 'slow 1', 'slow 2']);
  });

  test('stop: a run that is cancelled is undone all the same, whatever its tasks make of that', async () => {
    const gate = new Gate();
    const obedient = task('obedient', {
      execute: async (_: {}, { services: { log }, signal }: Context) => {
        log.push('obedient');
        gate.pass();
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    const stoppable = linear.dynamic<Services>('f').add(task('a')).add(obedient).build();
    const services = world();
    await using app = flowproof({ persistence: memory(), flows: [stoppable], services, onFailure: 'stop' });
    const run = app.run(stoppable, { id: 'r' });
    await gate.reached;
    await app.cancel('r');
    expect(await run).toMatchObject({ state: 'CANCELLED' });
    expect(services.log).toEqual(['a', 'obedient', 'undo obedient (interrupted)', 'undo a (result)']);
  });
});
