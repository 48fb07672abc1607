import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, file, flowproof, linear, type Persistence, waitFor } from '../../src/index.js';
import { PersistenceError } from '../../src/model/errors.js';
import { describePostgres } from '../support/postgres.js';
import { Gate } from './gate.js';

const log: string[] = [];
const pay = defineTask({
  name: 'pay',
  requires: ['approval'],
  execute: async ({ approval }: { approval: string }) => void log.push(`pay ${approval}`),
});
const refund = linear('refund').add(waitFor('approval', z.string())).add(pay).build();

type Tick = ReturnType<Persistence['connect']>['tick'];

function withTick(store: Persistence, around: (tick: Tick) => Tick): Persistence {
  return {
    ...store,
    connect() {
      const journal = store.connect();
      journal.tick = around(journal.tick.bind(journal));
      return journal;
    },
  };
}

/** A tick has taken the run, and what it says of that does not arrive. */
async function isWokenAllTheSame(store: Persistence): Promise<void> {
  log.length = 0;
  let cuts = 0;
  const cut = withTick(store, (tick) => async (params) => {
    const result = await tick(params);
    if (cuts > 0 || (result.take?.taken.length ?? 0) === 0) return result;
    cuts++;
    throw new PersistenceError('STORE_UNREACHABLE', 'the connection was cut behind COMMIT');
  });
  await using app = flowproof({ persistence: cut, flows: [refund], leaseMs: 600 });
  const run = await app.start(refund, { id: 'r' });
  await vi.waitFor(async () => expect((await app.runs({ states: ['RUNNING'] })).runs).toMatchObject([{ asleep: {} }]));
  await run.signal('approval', 'well');
  expect(await run.result()).toMatchObject({ state: 'SUCCESS', results: { approval: 'well' } });
  expect(cuts).toBe(1);
  expect(log).toEqual(['pay well']);
}

/** Taken, and opened nowhere: whoever has taken it dies then. */
async function isWokenByOthers(store: Persistence): Promise<void> {
  log.length = 0;
  const taken = new Gate();
  let isDead = false;
  const dying = withTick(store, (tick) => async (params) => {
    if (isDead) return new Promise(() => undefined);
    const result = await tick(params);
    if ((result.take?.taken.length ?? 0) === 0) return result;
    isDead = true;
    void taken.pass();
    return new Promise(() => undefined);
  });
  const first = flowproof({ persistence: dying, flows: [refund], leaseMs: 600, graceMs: 0 });
  const run = await first.start(refund, { id: 'r' });
  await vi.waitFor(async () => expect((await first.runs({ states: ['RUNNING'] })).runs).toMatchObject([{ asleep: {} }]));
  await run.signal('approval', 'well');
  await taken.reached;
  await using second = flowproof({ persistence: store, flows: [refund], leaseMs: 600 });
  await second.ready();
  expect(await second.handle(refund, 'r').result()).toMatchObject({ state: 'SUCCESS', results: { approval: 'well' } });
  expect(log).toEqual(['pay well']);
  await first.stop();
}

test('files: a run that sleeps is woken though the answer of the tick that took it was lost', () =>
  isWokenAllTheSame(file(mkdtempSync(join(tmpdir(), 'flowproof-asleep-')))));

describePostgres('PostgreSQL', (database) => {
  test('a run that sleeps is woken though the answer of the tick that took it was lost', () =>
    isWokenAllTheSame(postgres(database().url, { schema: 'asleep_cut' })));

  test(
    'one that was taken and never opened, as its process has died since, is woken by another one',
    () => isWokenByOthers(postgres(database().url, { schema: 'asleep_taken' })),
    60_000,
  );
});
