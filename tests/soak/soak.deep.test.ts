import { beforeAll, describe, expect, test } from 'vitest';
import { soakProgram } from './program.js';
import { type SoakOptions, soak } from './soak.js';

/** A soak of half a minute: `npm run soak` is the long one. */
const SHORT = {
  minutes: 0.4,
  runs: 32,
  seed: Number(process.env.FLOWPROOF_SEED ?? 7),
  leaseMs: 1_000,
  restartEveryMs: 7_000,
  disturbEveryMs: 700,
};

describe('a short soak', () => {
  let program = '';
  beforeAll(async () => {
    program = await soakProgram('deep');
  });

  const soaked = (more: Partial<SoakOptions> = {}) => soak({ program, ...SHORT, say: (what) => console.log(what), ...more });

  test('over three restarts of PostgreSQL: every run ends as its reference, the journal is intact', async () => {
    const report = await soaked();
    expect(report.complaints).toEqual([]);
    expect(report.restarts).toEqual({ stop: 1, crash: 1, kill: 1 });
    expect(report.engines.kills).toBeGreaterThan(0);
    expect(report.engines.freezes).toBeGreaterThan(0);
    expect(report.totals.takeovers).toBeGreaterThan(0);
    expect(Object.keys(report.byFlow)).toHaveLength(11);
  });

  test('notices bookings that leave a row too many', async () => {
    const { complaints } = await soaked({ minutes: 0.05, broken: 'doubles' });
    expect(complaints.join('\n')).toMatch(/has 2 rows of one piece of work/);
  });

  test('notices a journal in which nobody’s place is kept', async () => {
    const { complaints } = await soaked({ minutes: 0.3, drainMs: 5_000, broken: 'fence' });
    expect(complaints).not.toEqual([]);
  });

  test.each([
    [
      'a step is gone',
      `delete from flowproof.journal where seq = 1 and run_id = (select min(run_id::text)::uuid from flowproof.runs)`,
      'steps are missing',
    ],
    [
      'a run has an owner',
      'update flowproof.runs set owner = run_id where run_id = (select min(run_id::text)::uuid from flowproof.runs)',
      'have an owner',
    ],
    [
      'a run is gone and its steps are not',
      'delete from flowproof.runs where key = (select min(key) from flowproof.runs)',
      'steps without a run',
    ],
    ['a lease is alive', `insert into flowproof.leases values (gen_random_uuid(), now() + interval '1 hour')`, 'leases that are alive'],
    ['a row is gone', 'delete from soak_effects where ctid = (select min(ctid) from soak_effects)', 'has rows of 0 pieces of work'],
  ])('notices that %s', async (_name, sql, found) => {
    const { complaints } = await soaked({ minutes: 0.02, beforeJudgement: async (database) => void (await database.query(sql)) });
    expect(complaints.join('\n')).toContain(found);
  });
});
