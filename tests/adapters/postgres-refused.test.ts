import { expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { concurrent, defineTask, flowproof, linear, type TaskContext, unordered } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const MAX_STEP_BYTES = 4_000;

const booked: string[] = [];
const book = defineTask({
  name: 'book',
  requires: ['n'],
  provides: ['booking'],
  async execute({ n }: { n: number }) {
    booked.push(`book ${n}`);
    return { booking: n };
  },
  async revert({ n }: { n: number }) {
    booked.push(`undo ${n}`);
  },
});
const describeIt = defineTask({
  name: 'describe',
  requires: ['n'],
  provides: ['text'],
  execute: async ({ n }: { n: number }) => ({ text: 'x'.repeat(n === 7 ? 2 * MAX_STEP_BYTES : 100) }),
});
const flow = linear('described').input<{ n: number }>().add(book).add(describeIt).build();

let wide = unordered.dynamic<{}>('wide').input(['n']);
for (let at = 0; at < 12; at++) wide = wide.add(pieceOf(at), { provides: { piece: `piece${at}` } });
const together = wide.build();

function pieceOf(at: number) {
  return defineTask({
    name: `p${at}`,
    provides: ['piece'],
    execute: async (_: {}, _ctx: TaskContext) => ({ piece: `${at}`.repeat(1_000) }),
  });
}

describePostgres('a result that is larger than a step may be', (database) => {
  test('is its task’s failure, and undoes its run; the runs that share its commits go on', async () => {
    await using app = flowproof({ persistence: postgres(database().url, { maxStepBytes: MAX_STEP_BYTES }), flows: [flow, together] });
    const ends = await Promise.all(Array.from({ length: 20 }, (_, n) => app.run(flow, { id: `run-${n}`, inputs: { n } })));
    expect(ends.map(({ state }) => state)).toEqual(ends.map((_, n) => (n === 7 ? 'REVERTED' : 'SUCCESS')));
    expect(ends[7]).toMatchObject({ failures: [{ path: 'described/describe', failure: { code: 'STORE_REFUSED' } }] });
    const [told] = ends[7] !== undefined && 'failures' in ends[7] ? ends[7].failures : [];
    expect(told?.failure.message).toMatch(/step 2 of run '.*' has .* of 'described\/describe' .*keep large data elsewhere/);
    expect(booked.filter((what) => what.startsWith('undo'))).toEqual(['undo 7']);
    expect((await app.inspect('run-7')).atoms.map(({ state }) => state)).toEqual(['REVERTED', 'REVERTED']);
  });

  test('is nobody’s failure where several results together are: they are written in several steps', async () => {
    const persistence = postgres(database().url, { maxStepBytes: MAX_STEP_BYTES });
    await using app = flowproof({ persistence, flows: [together], executor: concurrent({ perRun: 12 }) });
    const end = await app.run(together, { id: 'together', inputs: { n: 1 } });
    expect(end.state).toBe('SUCCESS');
    const { rows } = await database().admin.query(
      `select max(octet_length(transitions::text)) as largest, count(*)::int as steps from flowproof.journal j join flowproof.runs r using (run_id) where r.key = 'together'`,
    );
    expect(Number(rows[0].largest)).toBeLessThanOrEqual(MAX_STEP_BYTES);
    expect(rows[0].steps).toBeGreaterThan(3);
  });
});
