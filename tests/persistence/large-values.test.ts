import { beforeEach, describe, expect, test } from 'vitest';
import { encrypted, offloaded, type Transition } from '../../src/persistence/index.js';
import { MemoryStore } from '../../src/persistence/memory/memory-journal.js';
import { appendOne, begun, entriesOf, sampleRun } from '../conformance/journal/samples.js';
import { KEYS, over, Shelf } from './keyed.js';

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
});

describe('large values', () => {
  const large = 'x'.repeat(2_000);
  const shelved = async (to: Shelf) => {
    const journal = offloaded(over(store), { to, over: 1_000 }).connect();
    await journal.open();
    return journal;
  };

  test('are kept elsewhere, small ones are not, and both come back', async () => {
    const to = new Shelf();
    const journal = await shelved(to);
    const run = await begun(journal, 0, { inputs: { large, small: 's' } });
    const transitions: readonly Transition[] = [['SUCCESS', 1, { large }], ['SAVED', 2, 'small'], ['FAILURE', 3, { name: 'E', message: large }]]; // biome-ignore format: a list
    const odd: readonly Transition[] = [['FAILURE', 3, { name: '~offloaded', message: 'of the user’s' }]];
    await appendOne(journal, run.item(1, { transitions }));
    await appendOne(journal, run.item(2, { transitions: odd }));
    expect((await entriesOf(journal, run.runId)).map((entry) => entry.transitions)).toEqual([
      run.create.entry.transitions,
      transitions,
      odd,
    ]);
    expect(store.table.get(run.runId)?.places.some((place) => place.transitions.includes('xxxx'))).toBe(false);
    expect([...to.texts.keys()].every((key) => key.startsWith(`${run.runId}/`))).toBe(true);
    expect(to.texts.size).toBe(4);
    const bare = over(store).connect();
    await expect(entriesOf(bare, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_SEALED', message: /offloaded/ });
  });

  test('are there before the step: when they can’t be kept, it is not written, and others are', async () => {
    const to = new Shelf();
    const journal = await shelved(to);
    const [a, b] = [await begun(journal), await begun(journal)];
    to.broken = true;
    const items = [a.item(1, { transitions: [['SAVED', 1, large]] }), b.item(1, { transitions: [['SAVED', 1, 's']] })];
    expect((await journal.append(items)).map(({ kind }) => kind)).toEqual(['unknown', 'ok']);
    expect(await journal.createRun(sampleRun({ inputs: { large } }).create)).toMatchObject({ kind: 'unknown' });
    await expect(journal.send({ id: 'm', runId: a.runId, kind: 'suspend', payload: large })).rejects.toThrow('broken');
    to.broken = false;
    expect((await journal.append(items)).map(({ kind }) => kind)).toEqual(['ok', 'mine']);
    expect(await entriesOf(journal, a.runId)).toHaveLength(2);
  });

  test('that are away, gone or others are told, with run, step and place, and never half a run', async () => {
    const to = new Shelf();
    const journal = await shelved(to);
    const run = await begun(journal);
    await appendOne(journal, run.item(1, { transitions: [['SUCCESS', 1, large]] }));
    const [key = ''] = to.texts.keys();
    to.broken = true;
    await expect(entriesOf(journal, run.runId)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', message: expect.stringContaining(key) });
    to.broken = false;
    to.texts.set(key, JSON.stringify('another'));
    await expect(entriesOf(journal, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', runId: run.runId, seq: 1 });
    to.texts.delete(key);
    await expect(entriesOf(journal, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_GAP', runId: run.runId, seq: 1 });
  });

  test('go with the run that is pruned', async () => {
    const to = new Shelf();
    const journal = await shelved(to);
    const [gone, kept] = [await begun(journal, 0, { inputs: { large } }), await begun(journal, 0, { inputs: { large } })];
    await appendOne(journal, gone.item(1, { summary: { state: 'SUCCESS', owner: null } }));
    to.broken = true;
    await expect(journal.prune({ endedBeforeMs: 1_800_000_000_000 })).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining(gone.runId),
    });
    to.broken = false;
    // Nothing is left to be pruned; what is left behind goes.
    expect((await journal.prune({ endedBeforeMs: 1_800_000_000_000 })).runIds).toEqual([]);
    expect([...to.texts.keys()].map((key) => key.split('/')[0])).toEqual([kept.runId]);
    await appendOne(journal, kept.item(1, { summary: { state: 'SUCCESS', owner: null } }));
    expect((await journal.prune({ endedBeforeMs: 1_800_000_000_000 })).runIds).toEqual([kept.runId]);
    expect(to.texts.size).toBe(0);
  });

  test('are encrypted where they are kept, when encryption is outside', async () => {
    const to = new Shelf();
    const journal = encrypted(offloaded(over(store), { to, over: 1_000 }), { keys: KEYS }).connect();
    const run = await begun(journal, 0, { inputs: { large } });
    expect(await entriesOf(journal, run.runId)).toEqual([run.create.entry]);
    expect(to.texts.size).toBe(1);
    expect([...to.texts.values()].join()).not.toContain('xxxx');
  });
});
