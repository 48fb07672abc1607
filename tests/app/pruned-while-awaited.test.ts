import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, file, flowproof, linear, memory, type Persistence, type TaskContext } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { Gate } from './gate.js';

const directory = mkdtempSync(join(tmpdir(), 'flowproof-pruned-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const gated = defineTask({
  name: 'gated',
  async execute(_: {}, { services }: TaskContext<{ gate: Gate }>) {
    await services.gate.pass();
  },
});
const flow = linear('awaited').add(gated).build();

/** Tells when a tick of this store's connections has looked for a run. */
function watched(store: Persistence, looks: Gate): Persistence {
  return {
    ...store,
    connect() {
      const journal = store.connect();
      const { tick } = journal;
      journal.tick = async (params) => {
        if (params.watch.length > 0) await looks.pass();
        return tick.call(journal, params);
      };
      return journal;
    },
  };
}

async function pruneWhileAwaited(store: Persistence): Promise<void> {
  const [gate, looks] = [new Gate(), new Gate()];
  await using owner = flowproof({ persistence: store, flows: [flow], services: { gate } });
  const run = owner.run(flow, { id: 'x' });
  await gate.reached;
  await using waiter = flowproof({ persistence: watched(store, looks), flows: [flow], services: { gate }, leaseMs: 90 });
  const [joined, handle] = [waiter.run(flow, { id: 'x' }), await waiter.start(flow, { id: 'x' })];
  const refused = [joined, handle.result()].map((waiting) => expect(waiting).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', runId: 'x' }));
  await looks.reached;
  gate.open();
  expect((await run).state).toBe('SUCCESS');
  expect(await owner.prune({ olderThanMs: -60_000 })).toBe(1);
  looks.open();
  await Promise.all(refused);
}

test('who waits for a run that is pruned is told: memory', () => pruneWhileAwaited(memory()));
test('who waits for a run that is pruned is told: files', () => pruneWhileAwaited(file(directory)));

describePostgres('PostgreSQL', (database) => {
  test('who waits for a run that is pruned is told', () => pruneWhileAwaited(postgres(database().url)));
});
