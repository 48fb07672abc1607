import { describe, expect, test } from 'vitest';
import { defineTask, flowproof, linear, type Metadata, memory, run } from '../../src/index.js';

const fine = linear('fine')
  .add(defineTask({ name: 'fine', execute: () => undefined }))
  .build();
const HALF = String.fromCharCode(0xd800);

describe.each<[string, unknown]>([
  ['nothing', ''],
  ['a text with NUL', 'a\0'],
  ['half a character', HALF],
  ['a very long text', 'x'.repeat(501)],
  ['a number', 7],
  ['null', null],
  ['a symbol', Symbol('id')],
])('%s as the id of a run', (_, given) => {
  const id = given as string;

  test('is refused before anything is written', async () => {
    await using app = flowproof({ persistence: memory(), flows: [fine] });
    const refusal = {
      code: 'INVALID_INPUT',
      issues: [{ path: 'id', message: expect.stringContaining('must be a text of 1 to 500 characters') }],
    };
    await expect(app.run(fine, { id })).rejects.toMatchObject(refusal);
    await expect(app.start(fine, { id })).rejects.toMatchObject(refusal);
    await expect(app.engine(fine, { id }).prepare()).rejects.toMatchObject(refusal);
    await expect(run(fine, { id })).rejects.toMatchObject(refusal);
    expect((await app.runs()).runs).toEqual([]);
  });

  test('is that of no run', async () => {
    await using app = flowproof({ persistence: memory(), flows: [fine] });
    const asked = [
      () => app.resume(fine, id),
      () => app.rerun(fine, id),
      () => app.inspect(id),
      () => app.cancel(id),
      () => app.suspend(id),
      () => app.reset(id),
      () => app.retryRevert(id, 'fine/fine'),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

test('an id of 500 characters, of any of them, is one', async () => {
  await using app = flowproof({ persistence: memory(), flows: [fine] });
  for (const id of ['x'.repeat(500), '🦊'.repeat(250), ' ', 'a\nb', '__proto__', String.fromCharCode(0xfffd)]) {
    expect(await app.run(fine, { id })).toMatchObject({ state: 'SUCCESS', runId: id });
    expect((await app.inspect(id)).id).toBe(id);
  }
});

test.each<[string, unknown]>([
  ['null', null],
  ['a list', ['a']],
  ['a map', new Map([['a', 'b']])],
  ['a text', 'a'],
  ['an object of other values', { a: 1 }],
  ['an object with a name of half a character', { [HALF]: 'a' }],
])('%s as metadata is refused before anything is written', async (_, metadata) => {
  await using app = flowproof({ persistence: memory(), flows: [fine] });
  await expect(app.run(fine, { metadata: metadata as Metadata })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(app.saveLogbook('a', metadata as Metadata)).rejects.toThrow(/metadata/);
  expect((await app.runs()).runs).toEqual([]);
});
