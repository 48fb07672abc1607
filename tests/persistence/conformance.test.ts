import { describe, expect, test } from 'vitest';
import type { AppendItem, AppendResult, Journal, PruneParams, PruneResult } from '../../src/persistence/index.js';
import { MemoryJournal, type MemoryStore } from '../../src/persistence/memory/memory-journal.js';
import { journalCases, runCase } from '../conformance/journal.js';
import { memoryRig } from './memory-rig.js';

/** Whoever asks may append: no fence. */
class Unfenced extends MemoryJournal {
  readonly #store: MemoryStore;
  constructor(store: MemoryStore) {
    super(store);
    this.#store = store;
  }
  override append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    for (const { entry } of items) {
      const record = this.#store.table.get(entry.runId);
      if (record !== undefined) record.tail = { ...record.tail, seq: entry.seq - 1, epoch: 0 };
    }
    return super.append(items);
  }
}

/** Does what it is asked for even when the append was stale. */
class Eager extends MemoryJournal {
  readonly #store: MemoryStore;
  constructor(store: MemoryStore) {
    super(store);
    this.#store = store;
  }
  override async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    const results = await super.append(items);
    for (const { entry, consume = [], summary } of items) {
      const record = this.#store.table.get(entry.runId);
      if (record === undefined) continue;
      for (const id of consume) record.inbox.delete(id);
      record.state = summary?.state ?? record.state;
    }
    return results;
  }
}

/** Forgets whose entry is there. */
class Forgetful extends MemoryJournal {
  override async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    return (await super.append(items)).map((result) => (result.kind === 'mine' ? { kind: 'stale' } : result));
  }
}

/** Says that runs are gone, and keeps their entries. */
class Hoarding extends MemoryJournal {
  readonly #store: MemoryStore;
  constructor(store: MemoryStore) {
    super(store);
    this.#store = store;
  }
  override async prune(params: PruneParams): Promise<PruneResult> {
    return this.#store.table.prunable(params);
  }
}

const BROKEN: readonly (readonly [name: string, make: (store: MemoryStore) => Journal, found: readonly string[]])[] = [
  [
    'no fence',
    (store) => new Unfenced(store),
    [
      'another entry in the same place is stale: of another writer, and of the same one',
      'an entry that would leave a hole is stale',
      'an entry of an epoch lower than the one before is stale',
      'of many appends of one place at the same time one wins',
      'one stale append harms no other one',
    ],
  ],
  [
    'stale appends with effects',
    (store) => new Eager(store),
    ['a stale append leaves the summary as it is', 'a stale append uses up nothing'],
  ],
  [
    'a prune that keeps what it removes',
    (store) => new Hoarding(store),
    [
      'pruning removes what ended before, whole, and nothing else',
      'a key whose run was pruned is free, and the new run has nothing of the old one',
    ],
  ],
  ['no memory of its own entries', (store) => new Forgetful(store), ['the same entry again is known as mine']],
];

describe('the conformance suite fails a store with', () => {
  test.each(BROKEN)('%s', async (_name, make, found) => {
    const failed: string[] = [];
    for (const one of journalCases) {
      await runCase(one, await memoryRig(make)).catch(() => failed.push(one.name));
    }
    expect(failed).toEqual(expect.arrayContaining([...found]));
  });
});
