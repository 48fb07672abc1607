import { defineTask, encrypted, flowproof, linear, memory, times } from 'flowproof';
import { recorded, testApp } from 'flowproof/testing';
import { expect, test } from 'vitest';

let fails = 0;
const pay = defineTask({
  name: 'pay',
  requires: ['card', 'amount'],
  provides: ['receipt'],
  secret: ['card'],
  execute: async ({ amount }: { card: string; amount: bigint }) => {
    if (fails-- > 0) throw new Error('not yet', { cause: new Error('the line is busy') });
    return { receipt: { amount, at: new Date(0) } };
  },
  revert: async () => 'refunded',
});
const end = defineTask({
  name: 'end',
  requires: ['receipt'],
  execute: async ({ receipt }: { receipt: { amount: bigint; at: Date } }) => {
    if (receipt.amount < 0n) throw new Error('refused');
  },
});
const order = linear('order').input<{ card: string; amount: bigint }>().retry(times(2)).add(pay).add(end).build();

async function runOf(amount: bigint, id: string, failing = 0) {
  fails = failing;
  await using app = testApp({ flows: [order] });
  await app.run(order, { id, inputs: { card: 'visa', amount } });
  return await recorded(app, order, id);
}

test('is what the run was given, gave and did, with secrets masked', async () => {
  expect(await runOf(7n, 'a')).toMatchObject({
    flow: 'order',
    state: 'SUCCESS',
    inputs: { card: '[secret]', amount: 7n },
    failures: [],
    atoms: {
      'order/pay': { kind: 'task', state: 'SUCCESS', round: 1, executions: 1, reversions: 0 },
      'order/end': { kind: 'task', state: 'SUCCESS' },
    },
  });
});

test('is equal for runs that did the same, and different for others', async () => {
  const one = await runOf(7n, 'a', 1);
  expect(await runOf(7n, 'b', 1)).toEqual(one);
  expect(await runOf(7n, 'c')).not.toEqual(one);
  expect(await runOf(8n, 'd', 1)).not.toEqual(one);
});

test('has nothing of one moment or machine', async () => {
  const run = await runOf(-1n, 'run-x');
  expect(run).toMatchObject({ state: 'REVERTED', failures: [{ path: 'order/end' }] });
  const text = JSON.stringify(run, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(text).not.toMatch(/run-x|AtMs|stack|node_modules|\.ts:|owner/);
});

test('is refused for a run of another flow, and for one that there is not', async () => {
  const other = linear('other').build();
  await using app = testApp({ flows: [order, other] });
  await app.run(other, { id: 'o' });
  await expect(recorded(app, order, 'o')).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
  await expect(recorded(app, order, 'x')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});

test('reads any app, also what is encrypted there', async () => {
  const persistence = encrypted(memory(), { keys: [{ id: 'k', key: new Uint8Array(32).fill(7) }] });
  await using app = flowproof({ persistence, flows: [order] });
  await app.run(order, { id: 'e', inputs: { card: 'visa', amount: 1n } });
  expect((await recorded(app, order, 'e')).inputs.card).toBe('[secret]');
});
