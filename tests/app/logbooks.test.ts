import { expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, run } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';

const fine = linear('fine')
  .add(defineTask({ name: 'fine', execute: () => undefined }))
  .build();
const failing = linear('failing')
  .add(defineTask({ name: 'failing', execute: () => Promise.reject(new Error('no')) }))
  .build();

test('runs are grouped in logbooks, and found by their metadata', async () => {
  await using app = flowproof({ persistence: memory(), flows: [fine, failing] });
  await app.saveLogbook('orders', { team: 'shop' });
  await app.run(fine, { id: 'a', logbook: 'orders', metadata: { customer: 'c-7' } });
  await app.run(fine, { id: 'b', logbook: 'orders', metadata: { customer: 'c-8' } });
  await app.engine(fine, { id: 'c', logbook: 'returns', metadata: { customer: 'c-7' } }).run();
  await app.run(fine, { id: 'd' });
  const ids = async (query: object) => (await app.runs(query)).runs.map(({ id }) => id);
  expect(await ids({ logbook: 'orders' })).toEqual(['b', 'a']);
  expect(await ids({ metadata: { customer: 'c-7' } })).toEqual(['c', 'a']);
  expect(await ids({ logbook: 'orders', metadata: { customer: 'c-7' } })).toEqual(['a']);
  expect(await app.inspect('a')).toMatchObject({ logbook: 'orders', metadata: { customer: 'c-7' } });
  expect((await app.logbooks()).logbooks.map(({ name, metadata }) => [name, metadata])).toEqual([
    ['orders', { team: 'shop' }],
    ['returns', {}],
  ]);
});

test('a name or text that no store can keep is refused before anything is written', async () => {
  await using app = flowproof({ persistence: memory(), flows: [fine] });
  await expect(app.run(fine, { id: 'x', logbook: '' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(app.run(fine, { id: 'x', metadata: { long: 'x'.repeat(501) } })).rejects.toThrow('at most 500 characters');
  expect((await app.runs()).runs).toEqual([]);
});

test('a one-shot run has a place, too', async () => {
  const persistence = memory();
  await run(fine, { persistence, id: 'one', logbook: 'shots' });
  await using app = flowproof({ persistence, flows: [] });
  expect((await app.runs({ logbook: 'shots' })).runs.map(({ id }) => id)).toEqual(['one']);
});

test('old runs are removed by age and state; those that an operator may go on with stay', async () => {
  const clock = new VirtualClock();
  await using app = flowproof({ persistence: memory({ clock }), flows: [fine, failing], clock });
  await app.run(fine, { id: 'old' });
  await app.run(failing, { id: 'failed' });
  clock.advance(10_000);
  await app.run(fine, { id: 'young' });
  const batches: number[] = [];
  expect(await app.prune({ olderThanMs: 5_000, onBatch: (removed) => void batches.push(removed) })).toBe(2);
  expect(batches).toEqual([2]);
  expect((await app.runs()).runs.map(({ id }) => id)).toEqual(['young']);
  await expect(app.inspect('old')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  expect((await app.run(fine, { id: 'old' })).state, 'its id is free').toBe('SUCCESS');
  await expect(app.prune({ olderThanMs: 0, states: ['RUNNING'] })).rejects.toThrow('only those that have ended');
});
