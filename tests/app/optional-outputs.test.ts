import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type AnyFlow,
  type DefinedTask,
  defineRetry,
  defineTask,
  file,
  flowproof,
  graph,
  linear,
  memory,
  run,
  Task,
} from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';

/** Finds something or not, and tells whether it looked. */
const look = (found: string | undefined) =>
  defineTask({
    name: 'look',
    provides: ['found?', 'tried'],
    execute: (): { found?: string; tried: number } => (found === undefined ? { tried: 1 } : { found, tried: 1 }),
  });

function reader() {
  const seen: object[] = [];
  const task = defineTask({
    name: 'read',
    requires: ['found?', 'tried'],
    execute: (inputs: { found?: string; tried: number }) => void seen.push(inputs),
  });
  return { seen, task };
}

type Reader = ReturnType<typeof reader>['task'];
const patterns = {
  linear: (found: string | undefined, task: Reader) => linear('f').add(look(found)).add(task).build(),
  graph: (found: string | undefined, task: Reader) =>
    graph('f')
      .add({ read: task, look: look(found) })
      .build(),
  nested: (found: string | undefined, task: Reader) =>
    linear('f')
      .add(linear('part').add(look(found)).build())
      .add(linear('other').input<{ found?: string; tried: number }>().add(task).build())
      .build(),
};

test.each(Object.entries(patterns))('an output that may be left out is there for its readers, or is not: %s', async (_, flow) => {
  const { seen, task } = reader();
  expect(await run(flow('it', task))).toMatchObject({ state: 'SUCCESS', results: { found: 'it', tried: 1 } });
  const without = await run(flow(undefined, task));
  expect(without).toMatchObject({ state: 'SUCCESS', results: { tried: 1 } });
  expect(without).not.toHaveProperty('results.found');
  expect(seen).toEqual([{ found: 'it', tried: 1 }, { tried: 1 }]);
});

test('and so it is for whoever goes on with the run, wherever the first process died', async () => {
  for (let write = 0, died = true; died; write++) {
    const { seen, task } = reader();
    const flow = patterns.graph(undefined, task);
    const store = memory();
    died = false;
    const faulty = withFaults(store, (at) => {
      died ||= at === write;
      return at === write ? 'die-after' : 'pass';
    });
    await Promise.race([flowproof({ persistence: faulty, flows: [flow] }).run(flow, { id: 'r' }), faulty.died]);
    await using second = flowproof({ persistence: store, flows: [flow] });
    expect(await second.resume(flow, 'r', { takeover: 'force' }), `died at write ${write}`).toMatchObject({ state: 'SUCCESS' });
    expect(seen.at(-1)).toEqual({ tried: 1 });
    expect(write).toBeLessThan(20);
  }
});

test('what is kept for the revert may be left out, too', async () => {
  const told: unknown[] = [];
  const make = defineTask({
    name: 'make',
    provides: ['made'],
    keeps: ['before?'],
    execute: (): { made: number; before?: string } => ({ made: 1 }),
    revert: (_, outcome) => void told.push(outcome.kind === 'result' ? outcome.result : outcome),
  });
  const fail = defineTask({ name: 'fail', execute: () => Promise.reject(new Error('no')) });
  expect(await run(linear('f').add(make).add(fail).build())).toMatchObject({ state: 'REVERTED' });
  expect(told).toEqual([{ made: 1 }]);
});

test('a class says it in the same way', async () => {
  @Task({ name: 'look', provides: ['found?'] })
  class Look {
    execute(): { found?: string } {
      return {};
    }
  }
  const { seen, task } = reader();
  const tried = defineTask({ name: 'tried', provides: ['tried'], execute: () => ({ tried: 2 }) });
  expect(await run(linear('f').add(Look).add(tried).add(task).build())).toMatchObject({ state: 'SUCCESS' });
  expect(seen).toEqual([{ tried: 2 }]);
});

test('a run on disk is read back without it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-optional-'));
  const flow = patterns.linear(undefined, reader().task);
  await run(flow, { id: 'r', persistence: file(folder) });
  await using app = flowproof({ persistence: file(folder), flows: [flow] });
  expect((await app.inspect('r'))?.results).toEqual({ tried: 1 });
});

test('what else it returns is still refused, and so is nothing at all', async () => {
  const odd = (returned: unknown) => defineTask({ name: 'odd', provides: ['found?'], execute: () => returned as { found?: string } });
  const failed = (code: string) => ({ state: 'REVERTED', failures: [{ failure: { code } }] });
  expect(
    await run(
      linear('f')
        .add(odd({ fond: 1 }))
        .build(),
    ),
  ).toMatchObject(failed('PROVIDES_MISSING'));
  expect(await run(linear('f').add(odd('text')).build())).toMatchObject(failed('RESULT_NOT_OBJECT'));
  expect(
    await run(
      linear('f')
        .add(odd({ found: undefined }))
        .build(),
    ),
  ).toMatchObject({ state: 'SUCCESS' });
});

test('a reader that needs it is refused by compile(), which knows of it in every pattern', () => {
  const need = defineTask({ name: 'need', requires: ['found'], execute: (_: { found: string }) => {} });
  const erased = (task: unknown) => task as DefinedTask<'t', {}, {}, never, {}>;
  const flows = [
    linear('f').add(look('')).add(erased(need)).build(),
    graph('f')
      .add({ need: erased(need), look: look('') })
      .build(),
    linear.dynamic('f').add(look('')).add(need).build(),
  ];
  for (const flow of flows) expect(() => flow.compile()).toThrow(/may skip what provides 'found'/);
});

test('what a retry gives to its flow may be left out, and who needs it is refused', async () => {
  const sized = defineRetry({
    name: 'sized',
    provides: ['found?'],
    execute: (): { found?: string } => ({}),
    onFailure: () => 'REVERT',
  });
  const { seen, task } = reader();
  const tried = defineTask({ name: 'tried', provides: ['tried'], execute: () => ({ tried: 2 }) });
  expect(await run(linear('f').retry(sized).add(tried).add(task).build())).toMatchObject({ state: 'SUCCESS' });
  expect(seen).toEqual([{ tried: 2 }]);
  const need = defineTask({ name: 'need', requires: ['found'], execute: (_: { found: string }) => {} });
  // @ts-expect-error the types say so, too
  const wrong = linear('f').retry(sized).add(need).build() as AnyFlow;
  expect(() => wrong.compile()).toThrow(/may skip what provides 'found'/);
});

test('that an output may be left out is part of what versions of a flow are compared by', () => {
  const sure = defineTask({ name: 'look', provides: ['found', 'tried'], execute: () => ({ found: '', tried: 1 }) });
  const { task } = reader();
  const [before, after] = [linear('f').add(sure).add(task).build(), linear('f').add(look('')).add(task).build()];
  expect(before.compile().fingerprint).not.toBe(after.compile().fingerprint);
});
