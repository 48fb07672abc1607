import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encrypted, offloaded, type Persistence, type Transition } from '../../src/persistence/index.js';
import { MemoryJournal, MemoryStore } from '../../src/persistence/memory/memory-journal.js';
import { marking } from '../conformance/journal/marking.js';
import { appendOne, begun, entriesOf } from '../conformance/journal/samples.js';
import { describeJournal } from '../conformance/journal.js';
import { fileRig } from './file-rig.js';
import { memoryRig } from './memory-rig.js';

const keys = [{ id: 'k1', key: randomBytes(32) }];
const over = (store: MemoryStore): Persistence => ({ kind: 'memory', connect: () => new MemoryJournal(store) });
const around = (persistence: Persistence): Persistence => marking(encrypted(persistence, { keys, values: 'secrets' }));
const shelf = () => {
  const texts = new Map<string, string>();
  return { put: async (key: string, text: string) => void texts.set(key, text), get: async (key: string) => texts.get(key) };
};

describeJournal('memory, secrets encrypted', () => memoryRig((store) => around(over(store)).connect()), { what: 'around' });
describeJournal('file, secrets encrypted', () => fileRig({}, around), { what: 'around' });
const elsewhere = () => {
  const to = shelf();
  return memoryRig((store) => around(offloaded(over(store), { to, over: 120 })).connect());
};
describeJournal('memory, values kept elsewhere with secrets encrypted', elsewhere, { what: 'around' });

test('of what is given only secrets are encrypted, of what else their atoms say all, and each value stands in its place', async () => {
  const store = new MemoryStore();
  const journal = around(over(store)).connect();
  const run = await begun(journal, 0, { inputs: { password: 'secret', size: 'shown' } });
  const transitions: readonly Transition[] = [
    ['SUCCESS', 1, { volume: 'secret', size: 'shown' }],
    ['SUCCESS', 2, 'secret as it is no record'],
    ['SUCCESS', 2, { '~object': { '~a': 'secret as the codec made something else of it' } }],
    ['FAILURE', 3, { name: 'SecretError', message: 'secret', stack: 'secret' }],
    ['SAVED', 3, { volume: 'secret', size: 'secret' }],
  ];
  expect(await appendOne(journal, run.item(1, { transitions }))).toBe('ok');
  expect((await entriesOf(journal, run.runId))[1]?.transitions).toEqual(transitions);
  const record = store.table.get(run.runId);
  const texts = record?.places.map((place) => place.transitions) ?? [];
  expect(texts.join()).not.toMatch(/secret/i);
  expect(texts[0]).toMatch(/"password":\{"~sealed":"k1\.[\w-]+"\},"size":"shown"/);
  expect(texts[1]).toMatch(/^\[\["SUCCESS",1,\{"volume":\{"~sealed":"k1\.[\w-]+"\},"size":"shown"\}\],\["SUCCESS",2,\{"~sealed"/);
  expect(record?.inputsHash).toMatch(/^~sealed:k1\./);
  const bare = over(store).connect();
  await expect(entriesOf(bare, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_SEALED', seq: 0 });
  const raw = (await bare.load(run.runId, { raw: true }))?.entries;
  for await (const page of raw ?? []) expect(page).toHaveLength(2);
});
