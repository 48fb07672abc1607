import type { Clock } from '../../src/model/clock.js';
import type { Journal } from '../../src/persistence/index.js';
import { MemoryJournal, MemoryStore } from '../../src/persistence/memory/memory-journal.js';
import type { JournalRig } from '../conformance/journal.js';

/** Time that stands still until told. */
export function stoppedClock(): Clock & { advance(ms: number): void } {
  let now = 1_000;
  return {
    nowMs: () => now,
    monotonicMs: () => now,
    after: () => () => undefined,
    advance(ms) {
      now += ms;
    },
  };
}

/** `make` lets a test put something wrong in the journal's place. */
export async function memoryRig(make = (store: MemoryStore): Journal => new MemoryJournal(store)): Promise<JournalRig> {
  const clock = stoppedClock();
  const store = new MemoryStore(clock);
  const connect = async () => {
    const journal = make(store);
    await journal.open();
    return journal;
  };
  return {
    journal: await connect(),
    second: connect,
    reopen: connect,
    async tamper({ runId, seq, change }) {
      const places = store.table.get(runId)?.places ?? [];
      const there = places[seq];
      if (there === undefined) throw new Error('nothing to tamper with');
      if (change === 'remove') places.splice(seq, 1);
      else places[seq] = { ...there, ...change };
      return connect();
    },
    leaseMs: 1_000,
    afterLease: async () => clock.advance(1_001),
    close: async () => undefined,
  };
}
