import { describe, expect, test } from 'vitest';
import { type AnyFlow, defineTask, flowproof, isFlowproofError, memory, type Persistence, type RunStuckError } from '../../src/index.js';
import type { Entry, Transition } from '../../src/persistence/index.js';
import { withFaults } from '../../src/testing/index.js';
import { linear } from '../compilation/graph-tasks.js';

const calls: string[] = [];
const task = (name: string) =>
  defineTask({ name, execute: async () => void calls.push(name), revert: async () => void calls.push(`undo ${name}`) });
const flow: AnyFlow = linear.dynamic('f').add(task('a')).add(task('b')).add(task('c')).build();

/** A run whose engine died after `a`; its journal goes on with what no engine writes. */
async function mistaken(...transitions: readonly Transition[]): Promise<Persistence> {
  const persistence = memory();
  let last: Entry | undefined;
  const faulty = withFaults(persistence, (write, entry) => {
    last = entry;
    return write === 1 ? 'die-after' : 'pass';
  });
  void flowproof({ persistence: faulty, flows: [flow] } as never).start(flow as never, { id: 'r' } as never);
  await faulty.died;
  const journal = persistence.connect();
  await journal.open();
  const next = { ...(last as unknown as Entry), seq: 2, stepId: '0123456789ab', transitions };
  expect(await journal.append([{ entry: next, durability: 'full', summary: { owner: null } }])).toEqual([{ kind: 'ok' }]);
  calls.length = 0;
  return persistence;
}

async function stuck(started: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await started.catch((thrown: unknown) => thrown);
  if (!isFlowproofError(error, 'RUN_STUCK')) throw error;
  return (error as RunStuckError).report;
}

const entries = async (persistence: Persistence) => {
  const journal = persistence.connect();
  await journal.open();
  const run = await journal.find({ key: 'r' });
  const loaded = await journal.load(run?.runId ?? '');
  let count = 0;
  for await (const page of loaded?.entries ?? []) count += page.length;
  return { count, state: run?.state, owner: run?.owner };
};

describe('a standstill is no end', () => {
  test('it is found before anything is written, and whoever asks is told what is not done', async () => {
    // `a` is to be undone, and nobody undoes what came after it.
    const store = await mistaken(['SUCCESS', 1], ['INTEND', 'REVERT', 0, 1], ['INTEND', 'REVERT', 2, 3]);
    const before = await entries(store);
    await using app = flowproof({ persistence: store, flows: [flow] } as never);
    const report = ["'f/a' (SUCCESS, REVERT) is not undone; next to it: 'f/b' (SUCCESS, EXECUTE)"];
    expect(await stuck(app.resume('r'))).toEqual(report);
    expect(await stuck(app.run(flow as never, { id: 'r' } as never))).toEqual(report);
    expect(await entries(store)).toEqual(before);
    expect(calls).toEqual([]);
  });

  test('it is found on the way: what was done is written, and the run is for whoever can go on with it', async () => {
    const store = await mistaken(['INTEND', 'REVERT', 0, 1]);
    await using app = flowproof({ persistence: store, flows: [flow] } as never);
    const report = ["'f/a' (SUCCESS, REVERT) is not undone; next to it: 'f/b' (SUCCESS, EXECUTE)"];
    expect(await stuck(app.resume('r'))).toEqual(report);
    expect(calls).toEqual(['b', 'c']);
    expect((await app.inspect('r')).atoms.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect(await entries(store)).toMatchObject({ state: 'RUNNING', owner: undefined });
    await using other = flowproof({ persistence: store, flows: [flow] } as never);
    expect(await stuck(other.resume('r'))).toEqual(report);
  });

  test('what never begins is said, too; a person can have the run undone', async () => {
    const store = await mistaken(['WITHDRAWN', 1], ['INTEND', 'RETRY', 1, 2]);
    await using app = flowproof({ persistence: store, flows: [flow] } as never);
    expect(await stuck(app.resume('r'))).toEqual(["'f/c' (PENDING, EXECUTE) is not executed; next to it: 'f/b' (PENDING, RETRY)"]);
    expect(await (await app.cancel('r')).result()).toMatchObject({ state: 'CANCELLED' });
    expect(calls).toEqual(['undo a']);
  });
});
