import { describe, expect, test } from 'vitest';
import {
  type Decision,
  defineRetry,
  defineTask,
  type FlowEvent,
  flowproof,
  forEach,
  type History,
  linear,
  memory,
  Retry,
  type RetryAnswer,
  type RetryContext,
  run,
  type TaskContext,
  times,
} from '../../src/index.js';
import { VirtualClock, withFaults } from '../../src/testing/index.js';

class Full extends Error {}

type Services = { readonly log: string[]; readonly full: Set<string> };
const world = (...full: readonly string[]): Services => ({ log: [], full: new Set(full) });

/** Creates a server, unless its region is full. */
const create = defineTask({
  name: 'create',
  requires: ['region'],
  provides: ['server'],
  execute: ({ region }: { region: string }, { services }: TaskContext<Services>) => {
    services.log.push(`create in ${region}`);
    if (services.full.has(region)) throw new Error('not created', { cause: new Full(region) });
    return { server: `server in ${region}` };
  },
});

@Retry({ name: 'next-region', requires: ['regions'], provides: ['region'] })
class NextRegion {
  execute(history: History<{ region: string }>, { regions }: { regions: string[] }, ctx: RetryContext<Services>) {
    const tried = history.attempts.map(({ provided }) => provided.region);
    ctx.services.log.push(`attempt ${ctx.attempt} after [${tried}]`);
    const region = regions.find((one) => !tried.includes(one));
    if (region === undefined) throw new RangeError('none left');
    return { region };
  }
  onFailure(history: History<{ region: string }>, _: { regions: string[] }, ctx: RetryContext<Services>): Decision {
    const failures = history.attempts.map(({ provided, failures }) => `${provided.region}: ${failures.map(({ path }) => path)}`);
    ctx.services.log.push(`asked at ${ctx.attempt}: ${failures}`);
    return history.causedBy(Full) === undefined ? 'REVERT' : 'RETRY';
  }
  revert(history: History<{ region: string }>, _: { regions: string[] }, ctx: RetryContext<Services>) {
    ctx.services.log.push(`given up after ${history.length}, by ${history.failure?.name ?? 'nothing of its own'}`);
  }
}
const anywhere = linear('anywhere').input<{ regions: string[] }>().retry(NextRegion).add(create).build();

describe('a retry of the user', () => {
  test('gives its flow another value for each attempt, until one succeeds', async () => {
    const services = world('eu', 'us');
    const result = await run(anywhere, { inputs: { regions: ['eu', 'us', 'ap'] }, services });
    expect(result).toMatchObject({ state: 'SUCCESS', results: { server: 'server in ap', region: 'ap' } });
    expect(services.log).toEqual([
      ...['attempt 1 after []', 'create in eu', 'asked at 1: eu: anywhere/create'],
      ...['attempt 2 after [eu]', 'create in us', 'asked at 2: eu: anywhere/create,us: anywhere/create'],
      ...['attempt 3 after [eu,us]', 'create in ap'],
    ]);
  });

  test('fails itself when its execute does, and is undone', async () => {
    const services = world('eu');
    const result = await run(anywhere, { inputs: { regions: ['eu'] }, services });
    expect(result.state).toBe('REVERTED');
    expect(services.log.at(-1)).toBe('given up after 1, by RangeError');
  });

  test('reads causes by name, of any attempt', async () => {
    const seen: unknown[] = [];
    const curious = defineRetry({
      name: 'curious',
      onFailure(history) {
        seen.push(
          history.causedBy('Full')?.message,
          history.causedBy(Error)?.message,
          history.causedBy(TypeError),
          history.causedBy(Full, 9),
        );
        return 'REVERT';
      },
    });
    const flow = linear('f').input<{ region: string }>().retry(curious).add(create).build();
    expect((await run(flow, { inputs: { region: 'eu' }, services: world('eu') })).state).toBe('REVERTED');
    expect(seen).toEqual(['eu', 'not created', undefined, undefined]);
  });

  test('may be a class or an object that only decides', async () => {
    class Twice {
      onFailure({ length }: History): Decision {
        return length < 2 ? 'RETRY' : 'REVERT';
      }
    }
    for (const retry of [Twice, new Twice()]) {
      const services = world('eu');
      const flow = linear('f').input<{ region: string }>().retry(retry).add(create).build();
      expect((await run(flow, { inputs: { region: 'eu' }, services })).state).toBe('REVERTED');
      expect(services.log).toEqual(['create in eu', 'create in eu']);
    }
  });

  test('is made by resolve, where its class takes something', async () => {
    @Retry()
    class Limited {
      constructor(readonly max: number) {}
      onFailure({ length }: History): Decision {
        return length < this.max ? 'RETRY' : 'REVERT';
      }
    }
    const services = world('eu');
    const flow = linear('f').input<{ region: string }>().retry(Limited).add(create).build();
    await run(flow, { inputs: { region: 'eu' }, services, resolve: () => new Limited(3) });
    expect(services.log).toHaveLength(3);
  });
});

describe('what a retry answers', () => {
  const answering = (...answers: readonly RetryAnswer[]) =>
    defineRetry({ name: 'answering', onFailure: async ({ length }) => answers[length - 1] ?? 'REVERT' });
  const step = (name: string) =>
    defineTask({
      name,
      execute: (_: {}, { services }: TaskContext<Services>) => void services.log.push(name),
      revert: (_: {}, _outcome, { services }: TaskContext<Services>) => void services.log.push(`undo ${name}`),
    });
  const nested = (answer: RetryAnswer, outer = times(2)) =>
    linear('out')
      .input<{ region: string }>()
      .retry(outer)
      .add(step('before'))
      .add(linear('in').input<{ region: string }>().retry(answering(answer)).add(step('first')).add(create).build())
      .build();

  test('REVERT asks the one around it', async () => {
    const services = world('eu');
    await run(nested('REVERT'), { inputs: { region: 'eu' }, services });
    const attempt = ['before', 'first', 'create in eu', 'undo first', 'undo before'];
    expect(services.log).toEqual([...attempt, ...attempt]);
  });

  test('REVERT_ALL asks nobody', async () => {
    const services = world('eu');
    await run(nested('REVERT_ALL'), { inputs: { region: 'eu' }, services });
    expect(services.log).toEqual(['before', 'first', 'create in eu', 'undo first', 'undo before']);
  });

  test('REVERT_LOCAL undoes its own flow only', async () => {
    const services = world('eu');
    const result = await run(nested('REVERT_LOCAL'), { inputs: { region: 'eu' }, services });
    expect(services.log).toEqual(['before', 'first', 'create in eu', 'undo first']);
    expect(result).toMatchObject({ state: 'FAILURE', partial: true });
  });

  test('RETRY with a pause waits for it', async () => {
    const clock = new VirtualClock();
    const services = world('eu');
    const started: number[] = [];
    const onEvent = (event: FlowEvent): void => {
      if (event.type === 'task' && event.state === 'RUNNING') started.push(clock.nowMs());
      if (event.type === 'retry' && event.state === 'RETRYING') setImmediate(() => clock.advance(event.round * 1_000));
    };
    const patient = answering({ decision: 'RETRY', delayMs: 1_000 });
    const flow = linear('f').input<{ region: string }>().retry(patient).add(create).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], services, clock, onEvent });
    const handle = await app.start(flow, { inputs: { region: 'eu' } });
    expect((await handle.result()).state).toBe('REVERTED');
    expect(started).toEqual([0, 1_000]);
  });
});

test('what a retry knows survives the death of its engine, wherever that is', async () => {
  const inputs = { regions: ['eu', 'us', 'ap'] };
  let writes = 0;
  const counted = withFaults(memory(), () => {
    writes++;
    return 'pass';
  });
  await run(anywhere, { inputs, services: world('eu', 'us'), persistence: counted });
  expect(writes).toBeGreaterThan(8);
  for (let dying = 0; dying < writes; dying++) {
    const persistence = memory();
    const services = world('eu', 'us');
    const faulty = withFaults(persistence, (write) => (write === dying ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: faulty, flows: [anywhere], services });
    const end = await Promise.race([app.run(anywhere, { id: 'r', inputs }), faulty.died.then(() => 'died')]);
    // The last write ends the run: nobody is left to notice that the process died after it.
    if (end === 'died') {
      const other = flowproof({ persistence, flows: [anywhere], services });
      expect(await other.resume(anywhere, 'r', { takeover: 'force' }), `write ${dying}`).toMatchObject({ results: { region: 'ap' } });
    }
    const created = services.log.filter((line) => line.startsWith('create'));
    expect(new Set(created), `write ${dying}`).toEqual(new Set(['create in eu', 'create in us', 'create in ap']));
    expect(created.length, 'only what was in flight is done again').toBeLessThanOrEqual(4);
  }
});

test('stock retries pause and say what happens when nothing is left to try', async () => {
  const clock = new VirtualClock();
  const services = world('eu', 'us');
  const started: number[] = [];
  const onEvent = (event: FlowEvent): void => {
    if (event.type === 'task' && event.state === 'RUNNING') started.push(clock.nowMs());
    if (event.type === 'retry' && event.state === 'RETRYING') setImmediate(() => clock.advance(60_000));
  };
  const backoff = { delayMs: 60_000, jitter: 0 };
  const flow = linear('f')
    .retry(forEach('region', ['eu', 'us'], { backoff, otherwise: 'REVERT_ALL' }))
    .add(create)
    .build();
  await using app = flowproof({ persistence: memory(), flows: [flow], services, clock, onEvent });
  expect((await app.run(flow)).state).toBe('REVERTED');
  expect(started).toEqual([0, 60_000]);
});

test.each([3_600_000, -3_600_000])('a short pause is as long as it says, also when the date is set by %d ms meanwhile', async (jumpMs) => {
  class SetClock extends VirtualClock {
    shiftMs = 0;
    override nowMs(): number {
      return super.nowMs() + this.shiftMs;
    }
  }
  const clock = new SetClock(1_700_000_000_000);
  const started: number[] = [];
  const onEvent = (event: FlowEvent): void => {
    if (event.type === 'task' && event.state === 'RUNNING') started.push(clock.monotonicMs() - 1_700_000_000_000);
    if (event.type !== 'retry' || event.state !== 'RETRYING') return;
    setImmediate(() => {
      clock.shiftMs += jumpMs;
      clock.advance(7_999);
      setImmediate(() => clock.advance(1));
    });
  };
  const flow = linear('f')
    .retry(forEach('region', ['eu', 'us', 'ap'], { backoff: { delayMs: 8_000, factor: 1, jitter: 0 } }))
    .add(create)
    .build();
  await using app = flowproof({ persistence: memory(), flows: [flow], services: world('eu', 'us'), clock, onEvent });
  expect((await app.run(flow)).state).toBe('SUCCESS');
  expect(started).toEqual([0, 8_000, 16_000]);
});
