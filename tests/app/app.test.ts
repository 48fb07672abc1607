import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  type Codec,
  defineTask,
  type FlowEvent,
  file,
  flowproof,
  isFlowproofError,
  jsonCodec,
  linear,
  memory,
  type Outcome,
  PermanentError,
  type Persistence,
  run,
  runOrThrow,
  Task,
  type TaskContext,
  times,
} from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Gate } from './gate.js';

interface Gates {
  readonly gates: Readonly<Record<string, Gate>>;
}

const gated = (name: string) =>
  defineTask({
    name,
    async execute(_: {}, { services }: TaskContext<Gates>) {
      await services.gates[name]?.pass();
    },
  });
const twoGates = linear('two-gates').add(gated('one')).add(gated('two')).build();

const gates = (): Record<'one' | 'two', Gate> => ({ one: new Gate(), two: new Gate() });

/** Tells when a store was ticked twice since `count()`: the second one began after it. */
function countTicks(inner: Persistence): { persistence: Persistence; two: Promise<void>; count(): void } {
  const second = new Gate();
  let left = Number.POSITIVE_INFINITY;
  const connect = (): ReturnType<Persistence['connect']> => {
    const journal = inner.connect();
    const tick = journal.tick.bind(journal);
    journal.tick = async (params) => {
      const result = await tick(params);
      if (--left === 0) second.open();
      return result;
    };
    return journal;
  };
  const count = (): void => {
    left = 2;
  };
  return { persistence: { kind: 'memory', connect }, two: second.opened, count };
}

async function code(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    return isFlowproofError(error) ? error.code : String(error);
  }
  return 'no error';
}

test('a known id with equal inputs joins the run: under way, and ended', async () => {
  const services = { gates: gates() };
  await using app = flowproof({ persistence: memory(), flows: [twoGates], services });
  const first = app.run(twoGates, { id: 'r' });
  await services.gates.one.reached;
  const second = app.run(twoGates, { id: 'r' });
  services.gates.one.open();
  services.gates.two.open();
  expect(await second).toEqual(await first);
  const third = vi.fn(() => app.run(twoGates, { id: 'r' }));
  expect(await third()).toEqual(await first);
});

test('other inputs or another flow under a known id conflict, and name what is stored', async () => {
  const add = defineTask({ name: 'add', requires: ['n'], provides: ['m'], execute: async ({ n }: { n: number }) => ({ m: n + 1 }) });
  const plus = linear('plus').input<{ n: number }>().add(add).build();
  const other = linear('other').input<{ n: number }>().add(add).build();
  await using app = flowproof({ persistence: memory(), flows: [plus, other] });
  await app.run(plus, { inputs: { n: 1 }, id: 'r' });
  await expect(app.run(plus, { inputs: { n: 2 }, id: 'r' })).rejects.toThrow("run 'r' was started with other inputs");
  await expect(app.run(other, { inputs: { n: 1 }, id: 'r' })).rejects.toThrow("belongs to flow 'plus', not to 'other'");
  expect(await code(app.run(other, { inputs: { n: 1 }, id: 'r' }))).toBe('RUN_CONFLICT');
  expect(await code(app.resume(other, 'r'))).toBe('RUN_CONFLICT');
  expect(await code(app.resume('nobody'))).toBe('RUN_NOT_FOUND');
});

test('what a live engine has is refused to resume, and awaited by run', async () => {
  const persistence = memory();
  const services = { gates: gates() };
  await using here = flowproof({ persistence, flows: [twoGates], services, leaseMs: 300 });
  await using there = flowproof({ persistence, flows: [twoGates], services, leaseMs: 300 });
  const run = here.run(twoGates, { id: 'r' });
  await services.gates.one.reached;
  expect(await code(there.resume(twoGates, 'r'))).toBe('RUN_OWNED');
  expect(await code(here.resume(twoGates, 'r'))).toBe('RUN_OWNED');
  const waiting = there.run(twoGates, { id: 'r' });
  services.gates.one.open();
  services.gates.two.open();
  expect(await waiting).toEqual(await run);
});

test('who is taken over by force stops with StaleRunError and its signal is aborted', async () => {
  const persistence = memory();
  const seen: unknown[] = [];
  const slow = defineTask({
    name: 'slow',
    async execute(_: {}, { signal, attempt, services, save }: TaskContext<{ gate: Gate; aborted: Gate }>) {
      if (attempt > 1) return;
      signal.addEventListener('abort', () => services.aborted.open());
      await services.gate.pass();
      // The journal refuses what this engine writes: that is how it learns that it has lost.
      seen.push(await code(save('half')), signal.aborted);
    },
  });
  const flow = linear('slow-flow').add(slow).build();
  const services = { gate: new Gate(), aborted: new Gate() };
  await using first = flowproof({ persistence, flows: [flow], services });
  await using second = flowproof({ persistence, flows: [flow], services });
  const lost = first.run(flow, { id: 'r' });
  const stale = code(lost);
  await services.gate.reached;
  const taken = await second.resume(flow, 'r', { takeover: 'force' });
  expect(taken.state).toBe('SUCCESS');
  services.gate.open();
  expect(await stale).toBe('STALE_RUN');
  await services.aborted.opened;
  await vi.waitFor(() => expect(seen).toEqual(['STALE_RUN', true]));
});

test('a listener suspends between two tasks; resume goes on; nothing is RUNNING meanwhile', async () => {
  const services = { gates: gates() };
  const persistence = memory();
  await using app = flowproof({ persistence, flows: [twoGates], services });
  const events: string[] = [];
  const handle = await app.start(twoGates, { id: 'r' });
  app.on((event) => {
    if (!('state' in event)) return;
    events.push(`${event.type === 'run' ? 'run' : event.path} ${event.state}`);
    if (event.type === 'task' && event.state === 'SUCCESS' && event.path.endsWith('one')) void handle.suspend();
  });
  services.gates.one.open();
  expect(await handle.result()).toEqual({ state: 'SUSPENDED', flow: 'two-gates', runId: 'r' });
  expect(await handle.state()).toBe('SUSPENDED');
  // The listener hears of `one` when `two` was marked already: it is taken back, and nobody hears of it.
  expect(events).toEqual(['two-gates/one SUCCESS', 'run SUSPENDED']);
  services.gates.two.open();
  expect((await app.resume(twoGates, 'r')).state).toBe('SUCCESS');
  expect(events.slice(2)).toEqual(['run RUNNING', 'two-gates/two RUNNING', 'two-gates/two SUCCESS', 'run SUCCESS']);
});

test('another app suspends through the inbox', async () => {
  const services = { gates: gates() };
  const persistence = memory();
  const ticks = countTicks(persistence);
  await using engine = flowproof({ persistence: ticks.persistence, flows: [twoGates], services, leaseMs: 90 });
  await using outsider = flowproof({ persistence, flows: [] });
  const run = engine.run(twoGates, { id: 'r' });
  await services.gates.one.reached;
  await outsider.suspend('r');
  await outsider.suspend('r');
  ticks.count();
  // The owner learns of it by its tick, while the task is still under way.
  await ticks.two;
  services.gates.one.open();
  expect((await run).state).toBe('SUSPENDED');
  services.gates.two.open();
  expect((await engine.resume(twoGates, 'r')).state).toBe('SUCCESS');
});

test('stop waits for what is under way, calls nothing more and leaves the run to others', async () => {
  const services = { gates: gates() };
  const persistence = memory();
  const app = flowproof({ persistence, flows: [twoGates], services });
  const stopped = code(app.run(twoGates, { id: 'r' }));
  await services.gates.one.reached;
  const stopping = app.stop();
  services.gates.one.open();
  await stopping;
  expect(await stopped).toBe('APP_STOPPED');
  expect(await code(app.run(twoGates))).toBe('APP_STOPPED');
  services.gates.two.open();
  await using next = flowproof({ persistence, flows: [twoGates], services });
  const [handle] = await next.resumeAll();
  expect(handle?.id).toBe('r');
  expect((await handle?.result())?.state).toBe('SUCCESS');
  expect(await next.resumeAll()).toEqual([]);
});

test('stop waits no longer than graceMs; what did not end is unknown to the next engine', async () => {
  const clock = new VirtualClock();
  const services = { gates: gates() };
  const persistence = memory({ clock });
  const app = flowproof({ persistence, flows: [twoGates], services, clock, graceMs: 500 });
  const stopped = code(app.run(twoGates, { id: 'r' }));
  await services.gates.one.reached;
  let waiting = true;
  const stopping = app.stop().then(() => {
    waiting = false;
  });
  while (waiting) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await stopping;
  expect(await stopped).toBe('APP_STOPPED');
  await using next = flowproof({ persistence, flows: [twoGates], services: { gates: {} } });
  const events: FlowEvent[] = [];
  next.on((event) => events.push(event));
  expect((await next.resume(twoGates, 'r')).state).toBe('SUCCESS');
  expect(events.find((event) => event.type === 'task')).toMatchObject({ state: 'RUNNING', attempt: 2, resumed: true });
});

test('a suspended run rests: resumeAll leaves it alone', async () => {
  const services = { gates: gates() };
  await using app = flowproof({ persistence: memory(), flows: [twoGates], services });
  const handle = await app.start(twoGates, { id: 'r' });
  await handle.suspend();
  services.gates.one.open();
  expect((await handle.result()).state).toBe('SUSPENDED');
  expect(await app.resumeAll()).toEqual([]);
});

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

test('inputs are checked before anything is written', async () => {
  const take = defineTask({ name: 'take', requires: ['n', 'at?'], execute: async (_: { n: number; at?: Date }) => undefined });
  const typed = linear('typed').input<{ n: number; at?: Date }>().add(take).build();
  const store = memory();
  const journal = store.connect();
  const refuse = async (flow: object, inputs: unknown): Promise<unknown> =>
    run(flow as never, { inputs, persistence: store } as never).then(
      () => 'no error',
      (error: { code: string; issues: unknown }) => [error.code, error.issues],
    );
  expect(await refuse(typed, {})).toEqual(['INVALID_INPUT', [{ path: 'n', message: "flow 'typed' needs the input 'n'" }]]);
  expect(await refuse(typed, { n: () => 1 })).toMatchObject(['INVALID_INPUT', [{ path: 'n' }]]);
  expect(await refuse(typed, 7)).toMatchObject(['INVALID_INPUT', [{ path: '' }]]);
  const none = linear('none')
    .add(defineTask({ name: 'x', execute: async () => undefined }))
    .build();
  expect(await refuse(none, { y: 1 })).toEqual(['INVALID_INPUT', [{ path: 'y', message: "flow 'none' takes no input 'y'" }]]);
  const parsed = linear('parsed')
    .input(z.object({ n: z.coerce.number(), at: z.date().optional() }))
    .add(take)
    .build();
  expect(await refuse(parsed, { n: 'seven' })).toMatchObject(['INVALID_INPUT', [{ path: 'n' }]]);
  expect((await journal.runs({})).runs).toEqual([]);
  expect(await refuse(parsed, { n: '7' })).toBe('no error');
});

test('a schema parses what goes into a task and what comes out of it; a mismatch is that task’s failure', async () => {
  const got: unknown[] = [];
  const give = defineTask({
    name: 'give',
    requires: { n: z.number().transform((n) => n * 10) },
    provides: { m: z.string() },
    execute: async ({ n }) => {
      got.push(n);
      return { m: (n > 50 ? n : 'small') as string };
    },
  });
  const flow = linear('schemas').input<{ n: number }>().add(give).build();
  expect(await run(flow, { inputs: { n: 1 } })).toMatchObject({ state: 'SUCCESS', results: { m: 'small' } });
  expect(await run(flow, { inputs: { n: 6 } })).toMatchObject({
    state: 'REVERTED',
    failures: [
      { failure: { code: 'INVALID_OUTPUT', message: expect.stringContaining("task 'schemas/give': its outputs are not valid: m:") } },
    ],
  });
  expect(got).toEqual([10, 60]);
});

test('a result with other keys, or that can’t be stored, is the task’s failure', async () => {
  const lie = (result: unknown) =>
    linear('lie')
      .add(defineTask({ name: 'lie', provides: ['v'], execute: async () => result as { v: number } }))
      .build();
  const failure = async (result: unknown): Promise<unknown> => {
    const ended = await run(lie(result));
    return ended.state === 'REVERTED' ? ended.failures[0]?.failure : ended;
  };
  expect(await failure({})).toMatchObject({ code: 'PROVIDES_UNKNOWN', message: expect.stringContaining("task 'lie/lie'") });
  expect(await failure(undefined)).toMatchObject({ code: 'PROVIDES_UNKNOWN' });
  expect(await failure({ v: 1, w: 2 })).toMatchObject({ code: 'PROVIDES_MISSING', message: expect.stringContaining("'w'") });
  expect(await failure({ v: { deep: [1, Symbol('s')] } })).toMatchObject({
    code: 'NOT_STORABLE',
    message: expect.stringContaining('v.deep.1'),
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

test('no task can change what another one reads', async () => {
  const list = defineTask({ name: 'list', provides: ['list'], execute: async () => ({ list: [1] }) });
  const spoil = defineTask({
    name: 'spoil',
    requires: ['list'],
    provides: ['after'],
    execute: async ({ list }: { list: number[] }) => ({ after: list.push(2) }),
  });
  const read = defineTask({
    name: 'read',
    requires: ['list'],
    provides: ['length'],
    execute: async ({ list }: { list: number[] }) => ({ length: list.length }),
  });
  const result = await run(linear('spoiled').add(list).add(spoil).add(read).build());
  expect(result).toMatchObject({ results: { list: [1], after: 2, length: 1 } });
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

class Money {
  constructor(
    readonly amount: bigint,
    readonly currency: string,
  ) {}
  plus(other: Money): Money {
    return new Money(this.amount + other.amount, this.currency);
  }
}

/** The default codec, and Money: `~money` is ours, so nobody else's values look like it. */
const moneyCodec: Codec = {
  encode: (value) => jsonCodec.encode(mapped(value, (part) => (part instanceof Money ? { $money: [part.amount, part.currency] } : part))),
  decode: (json) =>
    mapped(jsonCodec.decode(json), (part) => {
      const stored = (part as { $money?: [bigint, string] } | null)?.$money;
      return stored === undefined ? part : new Money(...stored);
    }),
};

function mapped(value: unknown, change: (part: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== value || typeof value !== 'object' || value === null) return changed;
  if (Array.isArray(value)) return value.map((part) => mapped(part, change));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapped(part, change)]));
}

test.each([
  ['memory', () => memory()],
  ['file', () => file(mkdtempSync(join(tmpdir(), 'flowproof-money-')))],
] as const)('a class with a codec of its own crosses tasks, inputs and results: %s', async (_, persistence) => {
  // Nothing here declares Money in Register, which would hold for all tests: for the types it is a date.
  const five = new Money(5n, 'EUR') as unknown as Date;
  const plus = (one: unknown, other: unknown) => (one as Money).plus(other as Money) as unknown as Date;
  const double = defineTask({
    name: 'double',
    requires: ['price'],
    provides: ['total'],
    execute: async ({ price }: { price: Date }) => ({ total: plus(price, price) }),
  });
  const flow = linear('money').input<{ price: Date }>().add(double).build();
  const result = await run(flow, { inputs: { price: five }, codec: moneyCodec, persistence: persistence() });
  expect(result).toMatchObject({ state: 'SUCCESS', results: { total: new Money(10n, 'EUR') } });
  const without = await run(flow, { inputs: { price: five } }).catch((error: unknown) => error);
  expect(without).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'price', message: expect.stringContaining('class Money') }] });
});

test('a value that is too large is the task’s failure, and says where', async () => {
  const large = defineTask({
    name: 'large',
    provides: ['list'],
    execute: async () => ({ list: Array.from({ length: 20 }, () => 'x'.repeat(1024 * 1024)) }),
  });
  const result = await run(linear('large').add(large).build());
  expect(result).toMatchObject({
    state: 'REVERTED',
    failures: [{ failure: { code: 'NOT_STORABLE', message: expect.stringContaining("'list.15'") } }],
  });
});
