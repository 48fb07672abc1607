import { expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, memory, type Persistence } from '../../src/index.js';
import type { InboxMessage, Journal } from '../../src/persistence/index.js';
import { describePostgres } from '../support/postgres.js';
import { Gate } from './gate.js';

/** What an app of a newer version sends while this one has the run. */
const sentByNewer = (runId: string) => ({ id: 'm-1', runId, kind: 'answer', payload: 'approved' }) as unknown as InboxMessage;

async function keeps(store: Persistence): Promise<void> {
  const gate = new Gate();
  const wait = defineTask({ name: 'wait', execute: () => gate.pass() });
  const after = defineTask({ name: 'after', execute: async () => undefined });
  const flow = linear('f').add(wait).add(after).build();
  let journal: Journal | undefined;
  const persistence: Persistence = { ...store, connect: () => (journal = store.connect()) };
  await using app = flowproof({ persistence, flows: [flow] });
  const handle = await app.start(flow, { id: 'x' });
  await gate.reached;
  const { runId } = (await journal?.find({ key: 'x' })) ?? { runId: '' };
  await journal?.send(sentByNewer(runId));
  // The engine hears of what is known to it in the same tick: it has seen both.
  await app.suspend('x');
  gate.open();
  expect((await handle.result()).state).toBe('SUSPENDED');
  expect((await journal?.load(runId))?.inbox).toEqual([sentByNewer(runId)]);
  expect((await app.resume('x')).state).toBe('SUCCESS');
  expect((await journal?.load(runId))?.inbox).toEqual([sentByNewer(runId)]);
}

test('a message of a kind that only a newer version knows stays in the inbox, at steps, a takeover and the end', () => keeps(memory()));

describePostgres('of an app of a newer version', (database) => {
  test('a message stays for it', () => keeps(postgres(database().url)));
});
