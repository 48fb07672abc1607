import { describe, expect, test } from 'vitest';
import {
  type Clock,
  defineRetry,
  defineTask,
  type FlowEvent,
  flowproof,
  forEach,
  graph,
  linear,
  memory,
  type RetryAnswer,
  run,
  times,
} from '../../src/index.js';
import { systemClock } from '../../src/model/clock.js';
import { VirtualClock } from '../../src/testing/index.js';

const no = (): never => {
  throw new Error('no');
};
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
const failing = defineTask({ name: 'failing', execute: () => Promise.reject(new Error('planned')) });

describe('what a retry answers', () => {
  const CHOICES = 'it has to say RETRY, REVERT, REVERT_ALL, REVERT_LOCAL';
  const AMOUNT = 'it has to be a number of milliseconds from 0 to 8640000000000000';
  const pause = (delayMs: unknown) => ({ decision: 'RETRY', delayMs });
  test.each<[string, () => unknown, string]>([
    ['an object without a text', () => Object.create(null), `onFailure of 'f/(retry)' said [Object: null prototype] {}: ${CHOICES}`],
    ['an object whose text throws', () => ({ toString: no }), CHOICES],
    ['a list of symbols', () => [Symbol('x')], `said [ Symbol(x) ]: ${CHOICES}`],
    ['an error', () => new RangeError('what now'), `said RangeError: what now: ${CHOICES}`],
    ['a very long text', () => 'RETRY'.repeat(1_000_000), CHOICES],
    [
      'a decision whose getter throws',
      () => ({
        get decision() {
          return no();
        },
      }),
      'no',
    ],
    ['a revoked proxy', revoked, 'revoked'],
    ['an endless pause', () => pause(Infinity), `said delayMs: Infinity: ${AMOUNT}`],
    ['a pause until after the last date', () => pause(1e300), `said delayMs: 1e+300: ${AMOUNT}`],
    ['a pause of no number', () => pause(Number.NaN), `said delayMs: NaN: ${AMOUNT}`],
    ['a negative pause', () => pause(-1), `said delayMs: -1: ${AMOUNT}`],
    ['a pause in words', () => pause('5s'), `said delayMs: '5s': ${AMOUNT}`],
  ])('that is %s is its own failure, and the run goes back', async (_, answer, message) => {
    const own = defineRetry({ name: 'own', onFailure: () => answer() as RetryAnswer });
    const flow = linear('f').retry(own).add(failing).build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    const result = await app.run(flow, { id: 'x' });
    const failures = result.state === 'REVERTED' ? result.failures : [];
    expect(failures.map(({ path }) => path)).toEqual(['f/failing', 'f/(retry)']);
    expect(failures[1]?.failure.message).toContain(message);
    expect(failures[1]?.failure.message.length).toBeLessThan(400);
    expect((await app.inspect('x')).state).toBe('REVERTED');
  });

  test('may be a pause of less than a millisecond, and one that ends with the last date', async () => {
    const clock = new VirtualClock();
    for (const [delayMs, wakeAtMs] of [
      [0.2, clock.nowMs() + 1],
      [8.64e15, 8.64e15],
    ] as const) {
      const own = defineRetry({ name: 'own', onFailure: ({ length }) => (length < 2 ? { decision: 'RETRY', delayMs } : 'REVERT') });
      const flow = linear('f').retry(own).add(failing).build();
      await using app = flowproof({ persistence: memory(), flows: [flow], clock });
      await app.start(flow, { id: 'x' });
      await expect.poll(async () => (await app.inspect('x')).atoms[0]?.wakeAtMs).toBe(wakeAtMs);
    }
  });
});

test.each<[string, () => unknown, string]>([
  ['an object without a text', () => Object.create(null), '[Object: null prototype] {}'],
  ['an object whose text throws', () => ({ toString: no }), '{ toString: [Function: no] }'],
  ['a list of symbols', () => [Symbol('x')], '[ Symbol(x) ]'],
  ['a text', () => 'maybe', "'maybe'"],
])('a decider that says %s is a failure of its target', async (_, answer, words) => {
  const [a, b] = ['a', 'b'].map((name) => defineTask({ name, execute: () => undefined })) as [typeof failing, typeof failing];
  const flow = graph('g')
    .add({ a, b })
    .link('a', 'b', { decider: () => answer() as boolean })
    .build();
  const result = await run(flow);
  expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'g/b', failure: { code: 'BAD_ANSWER' } }] });
  expect(JSON.stringify(result)).toContain(`the decider of 'g/b' said ${words}: it has to say true or false`);
});

test.each<[string, () => unknown]>([
  ['a revoked proxy', revoked],
  ['a proxy that tells nothing', () => new Proxy(new Error('x'), { getPrototypeOf: no, get: no, has: no })],
])('a task that throws %s has failed', async (_, thrown) => {
  const hostile = defineTask({
    name: 'hostile',
    execute: async () => {
      throw thrown();
    },
  });
  expect(await run(linear('f').add(hostile).build())).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/hostile' }] });
});

test('a task that throws a proxy which says to have every field has failed: it is not for that an interrupted one', async () => {
  const told: string[] = [];
  const hostile = defineTask({
    name: 'hostile',
    execute: async () => {
      throw new Proxy({}, { has: () => true, get: no });
    },
    revert: (_, { kind }) => void told.push(kind),
  });
  const failure = { name: 'Error', message: 'an error that cannot be read was thrown' };
  expect(await run(linear('f').add(hostile).build())).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/hostile', failure }] });
  expect(told).toEqual(['failure']);
});

test('a task that returns a large file instead of a record has failed, without a look at each of its bytes', async () => {
  const file = defineTask({ name: 'file', execute: () => Buffer.alloc(50_000_000) as unknown as undefined });
  const failures = [{ failure: { code: 'RESULT_NOT_OBJECT', message: expect.stringContaining('Buffer') } }];
  expect(await run(linear('f').add(file).build())).toMatchObject({ state: 'REVERTED', failures });
});

test('what is told in the place of a fraction or a name is not asked to be one', async () => {
  const told: FlowEvent[] = [];
  const endless = new Array(4_000_000_000) as unknown;
  const talkative = defineTask({
    name: 'talkative',
    execute: (_, ctx) => {
      for (const odd of [endless, Symbol('s'), { valueOf: no, toString: no }, Number.NaN, '0.5']) {
        ctx.progress(odd as number);
        ctx.emit(odd as string);
      }
    },
  });
  const flow = linear('f').add(talkative).build();
  expect((await run(flow, { onEvent: (event) => void told.push(event) })).state).toBe('SUCCESS');
  expect(told.flatMap((event) => (event.type === 'progress' ? [event.fraction] : []))).toEqual([0, 0, 0, 0, 0.5]);
  expect(told.flatMap((event) => (event.type === 'emitted' ? [event.event] : []))).toContain('Symbol(s)');
});

test('of a schema that finds more wrong than anybody reads, some is told', async () => {
  const issues = Array.from({ length: 100_000 }, (_, at) => ({ message: 'x'.repeat(100), path: [{ key: 'at' }, at, Symbol('s')] }));
  const schema = { '~standard': { version: 1, vendor: 'none', validate: () => ({ issues }) } } as const;
  const strict = defineTask({ name: 'strict', provides: { x: schema }, execute: () => ({ x: 1 as unknown }) });
  const result = await run(linear('f').add(strict).build());
  const failure = result.state === 'REVERTED' ? result.failures[0]?.failure : undefined;
  expect(failure).toMatchObject({ code: 'INVALID_OUTPUT', message: expect.stringContaining('x.at.0.Symbol(s)') });
  expect(failure?.data).toHaveLength(100);
  expect(JSON.stringify(failure).length).toBeLessThan(50_000);
});

test('a retry whose values can not be stored has failed before its first attempt', async () => {
  const never = defineTask({ name: 'never', requires: ['x'], execute: (_: { x: unknown }) => no() });
  const values = [() => 1] as unknown as readonly number[];
  const result = await run(linear('f').retry(forEach('x', values)).add(never).build());
  expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/(retry)', failure: { code: 'NOT_STORABLE' } }] });
});

test.each<[string, () => unknown, RegExp]>([
  [
    'a getter that throws',
    () => ({
      x: {
        get y() {
          return no();
        },
      },
    }),
    /x.y: 'x.y' can't be stored: can't be read: no/,
  ],
  [
    'an input whose getter throws',
    () => ({
      get x() {
        return no();
      },
    }),
    /can't be read: no/,
  ],
  ['a revoked proxy', revoked, /can't be read/],
  ['a list', () => [1], /must be an object/],
  ['a text', () => 'x', /must be an object/],
])('inputs that are %s are refused before anything is written', async (_, inputs, message) => {
  const flow = linear('f').input<{ x: object }>().add(failing).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  const refused = expect(app.run(flow, { inputs: inputs() as { x: object } })).rejects;
  await refused.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(message) });
  expect((await app.runs()).runs).toEqual([]);
});

describe('a clock', () => {
  const system = { monotonicMs: () => systemClock.monotonicMs(), after: systemClock.after };
  test.each<[string, Partial<Clock>]>([
    ['with fractions', { nowMs: () => performance.timeOrigin + performance.now() }],
    ['that says NaN', { nowMs: () => Number.NaN, monotonicMs: () => Number.NaN }],
    ['that throws', { nowMs: no, monotonicMs: no }],
    ['of before 1970', { nowMs: () => -1 }],
    ['of no number', { nowMs: () => 'noon' as unknown as number }],
    ['of after the last id', { nowMs: () => 8e15 }],
    ['whose timers can not be called off', { after: (ms, wake) => setTimeout(wake, ms) as unknown as () => void }],
    ['without timers', { after: no }],
  ])('%s: everything that is written can be read', async (_, odd) => {
    const flow = linear('f')
      .retry(times(3, { backoff: { delayMs: 2 } }))
      .add(failing)
      .build();
    const clock: Clock = { nowMs: () => systemClock.nowMs(), ...system, ...odd };
    const persistence = memory({ clock });
    await using app = flowproof({ persistence, flows: [flow], clock });
    expect((await app.run(flow, { id: 'x' })).state).toBe('REVERTED');
    const { atoms, createdAtMs } = await app.inspect('x');
    expect(atoms[1]?.executions).toBe(3);
    expect(Number.isInteger(createdAtMs)).toBe(true);
  });

  test('that lacks a method is refused', () => {
    expect(() => flowproof({ persistence: memory(), flows: [], clock: { nowMs: () => 0 } as Clock })).toThrow(
      'the clock has no monotonicMs()',
    );
  });
});

test('a revert that is tried again at once for a thousand times has no pause that is no number', async () => {
  let tries = 0;
  const stubborn = defineTask({
    name: 'stubborn',
    execute: () => undefined,
    revert: () => (++tries < 1_100 ? Promise.reject(new Error('not yet')) : undefined),
    revertRetry: times(2_000, { backoff: { delayMs: 0 } }),
  });
  const flow = linear('f').add(stubborn).add(failing).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  expect(await app.run(flow, { id: 'x' })).toMatchObject({ state: 'REVERTED' });
  expect((await app.inspect('x')).state).toBe('REVERTED');
});

describe('a failure that user code is given is a copy', () => {
  const data = { tries: 1 };
  const careless = defineTask({
    name: 'careless',
    execute: () => Promise.reject(Object.assign(new Error('planned'), { data })),
    revert: (_, outcome) => {
      if (outcome.kind !== 'failure') return;
      for (const failure of [outcome.failure, ...outcome.flowFailures.map((report) => report.failure)]) spoil(failure);
    },
  });
  const spoil = (failure: object): void => {
    Object.assign(failure, { message: 'spoilt' });
    Object.assign((failure as { data: object }).data, { tries: 'spoilt' });
  };
  const own = defineRetry({
    name: 'own',
    onFailure: ({ attempts }) => {
      for (const { failures } of attempts) for (const { failure } of failures) spoil(failure);
      return 'REVERT';
    },
  });

  test('what code does to it shows nowhere', async () => {
    const flow = linear('f').retry(own).add(careless).build();
    const told: FlowEvent[] = [];
    const onEvent = (event: FlowEvent): void => {
      const { failure } = event as { failure?: object };
      if (failure === undefined) return;
      // Events are frozen: all listeners get the same one.
      expect(() => spoil(failure)).toThrow(TypeError);
      data.tries = 7;
      told.push(event);
    };
    await using app = flowproof({ persistence: memory(), flows: [flow], onEvent });
    const result = await app.run(flow, { id: 'x' });
    const expected = { message: 'planned', data: { tries: 1 } };
    expect(result).toMatchObject({ state: 'REVERTED', failures: [{ failure: expected }] });
    expect(await app.inspect('x')).toMatchObject({ atoms: [{}, { failure: expected }] });
    expect(told.length).toBeGreaterThan(0);
  });
});

test('an error whose name, code and data are larger than any step may be is kept in short', async () => {
  const long = 'x'.repeat(20_000_000);
  const huge = defineTask({
    name: 'huge',
    execute: () => Promise.reject(Object.assign(new Error(long), { name: long, code: long, data: [long] })),
  });
  const flow = linear('f').add(huge).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  await app.run(flow, { id: 'x' });
  expect(JSON.stringify(await app.inspect('x')).length).toBeLessThan(200_000);
});
