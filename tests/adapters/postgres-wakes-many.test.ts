import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, waitFor } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const RUNS = 1_000;

describePostgres('a thousand runs that are woken at once', (database) => {
  test('are read and gone on with together: each exactly once, and far fewer statements than runs', async () => {
    const done = new Map<string, number>();
    const note = defineTask({ name: 'note', execute: (_: {}, { runId }) => void done.set(runId, (done.get(runId) ?? 0) + 1) });
    const flow = linear('sleepers').add(waitFor('go')).add(note).build();
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow] });
    await app.ready();
    await Promise.all(Array.from({ length: RUNS }, (_, n) => app.start(flow, { id: `s-${n}` })));
    const { admin } = database();
    const query = vi.spyOn(pg.Client.prototype, 'query');
    await admin.query(`insert into flowproof.inbox (run_id, id, kind, payload) select run_id, key, 'signal', '{"name":"go"}' from flowproof.runs;
      update flowproof.runs set wake_at = now()`);
    await vi.waitFor(() => expect(done.size).toBe(RUNS), { timeout: 60_000, interval: 50 });
    await vi.waitFor(async () => expect((await app.runs({ states: ['RUNNING'], limit: 1 })).runs).toEqual([]), { timeout: 40_000 });
    const texts = query.mock.calls.map(([asked]) => (asked as unknown as { text?: string }).text ?? String(asked));
    query.mockRestore();
    expect([...done.values()].every((times) => times === 1)).toBe(true);
    const loads = texts.filter(
      (text) => text.includes('.shapes s on') || text.includes('cross join lateral') || text.includes('seq between'),
    );
    // As many as there are ticks, not as there are runs: each brings 50.
    expect(loads.length).toBeLessThan(RUNS / 8);
    expect(texts.length).toBeLessThan(RUNS);
  }, 300_000);
});
