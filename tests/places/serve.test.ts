import { expect, test } from 'vitest';
import type { TaskRequest } from '../../src/calls/index.js';
import { defineTask, type TaskContext, taskSet } from '../../src/index.js';
import type { FromPlace, ToPlace } from '../../src/places/index.js';

/** A place in this process, and what it says. */
async function placeOf(execute: (ctx: TaskContext) => Promise<void>) {
  const said: FromPlace[] = [];
  let tell: (message: ToPlace) => void = () => undefined;
  const set = taskSet({ tasks: [defineTask({ name: 't', execute: async (_: object, ctx: TaskContext) => execute(ctx) })] });
  await set['~flowproof'].serve({
    send: (message) => said.push(message),
    listen: (heard) => {
      tell = heard;
    },
    exit: () => undefined,
  });
  return { said, tell };
}

const REQUEST = {
  of: 'task',
  phase: 'execute',
  task: 't',
  version: 1,
  path: 'f/t',
  idempotencyKey: 'k',
  inputs: {},
} as unknown as TaskRequest;
const call = (number: number): ToPlace => ({ do: 'call', call: number, request: { ...REQUEST, attempt: number } });
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a save that is answered after its call has ended, and while the next one is made, is heard of by its own call', async () => {
  const heard: string[] = [];
  const { said, tell } = await placeOf(async (ctx) => {
    const saved = ctx.save(ctx.attempt).then(
      () => heard.push(`saved by ${ctx.attempt}`),
      (error: Error) => heard.push(`refused for ${ctx.attempt}: ${error.message}`),
    );
    if (ctx.attempt === 2) await saved;
  });
  tell(call(1));
  await settled();
  tell(call(2));
  await settled();
  tell({ do: 'saved', call: 1, save: 1, failure: { name: 'Error', message: 'too late' } });
  await settled();
  expect(heard).toEqual(['refused for 1: too late']);
  tell({ do: 'saved', call: 2, save: 1 });
  await settled();
  expect(heard).toEqual(['refused for 1: too late', 'saved by 2']);
  expect(said.filter(({ say }) => say === 'end')).toMatchObject([{ call: 1 }, { call: 2 }]);
});

test('a call that has ended is not aborted any more, and none that follows it is in its place', async () => {
  const signals: AbortSignal[] = [];
  const { tell } = await placeOf(async ({ signal, attempt }) => {
    signals.push(signal);
    if (attempt === 2) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
  tell(call(1));
  await settled();
  tell(call(2));
  await settled();
  tell({ do: 'abort', call: 1, reason: { name: 'Error', message: 'not wanted' } });
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  tell({ do: 'abort', call: 2, reason: { name: 'Error', message: 'not wanted' } });
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
});

test('a signal that is made when it is asked for is there in whatever is made of the context', async () => {
  const found: (AbortSignal | undefined)[] = [];
  const { tell } = await placeOf(async (ctx) => {
    const wrapped = new Proxy(ctx, { get: (target, key) => Reflect.get(target, key, target) });
    const behind = new Proxy(ctx, { get: (target, key, receiver) => Reflect.get(target, key, receiver) });
    const copied = Object.defineProperties({}, Object.getOwnPropertyDescriptors(ctx)) as TaskContext;
    const below = Object.create(ctx) as TaskContext;
    found.push({ ...ctx }.signal, Object.assign({}, ctx).signal, wrapped.signal, behind.signal, copied.signal, below.signal, ctx.signal);
    expect(Object.keys(ctx)).toContain('signal');
  });
  tell(call(1));
  await settled();
  expect(found).toHaveLength(7);
  expect(new Set(found).size).toBe(1);
  expect(found[0]?.aborted).toBe(false);
});
