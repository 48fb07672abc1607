import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Codec, defineTask, file, jsonCodec, linear, memory, run } from '../../src/index.js';

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
