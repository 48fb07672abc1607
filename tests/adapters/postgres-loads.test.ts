import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { begun, entriesOf } from '../conformance/journal/samples.js';
import { describePostgres } from '../support/postgres.js';

describePostgres('loading runs', (database) => {
  test.each([
    ['a run of 32 small entries', 1, 31, 1],
    ['fifty of them at once', 50, 31, 1],
    ['a run of 33, whose last one comes with a page', 1, 32, 2],
  ])('%s takes so many statements: %i, with entries up to %i: %i', async (_, runs, last, statements) => {
    const journal = postgres(database().url, { schema: 'loads' }).connect();
    await journal.open();
    try {
      const ids = await Promise.all(Array.from({ length: runs }, async () => (await begun(journal, last)).runId));
      const query = vi.spyOn(pg.Client.prototype, 'query');
      const loaded = await Promise.all(ids.map((runId) => entriesOf(journal, runId)));
      const sent = query.mock.calls.filter(([asked]) => String((asked as { text?: string }).text).includes('journal')).length;
      query.mockRestore();
      expect(loaded.map((entries) => entries.length)).toEqual(ids.map(() => last + 1));
      expect(sent).toBe(statements);
    } finally {
      await journal.close();
    }
  });
});
