import { beforeAll, describe, expect, test } from 'vitest';
import { soakProgram } from './program.js';
import { type SoakOptions, soak } from './soak.js';

/** A soak of half a minute: `npm run soak` is the long one. */
const SHORT = {
  ...{ minutes: 0.35, runs: 32, seed: Number(process.env.FLOWPROOF_SEED ?? 7) },
  ...{ leaseMs: 1_000, restartEveryMs: 6_000, disturbEveryMs: 700 },
};

/** Engines are frozen all the time and wake up when others have their runs: what a fence is for happens some hundred times. */
const ROUGH = { minutes: 0.5, leaseMs: 500, restartEveryMs: 60_000, disturbEveryMs: 150 };

/** Each is done to a run of its own, after a soak in which nothing is wrong. */
const TAMPERINGS: readonly (readonly [what: string, sql: string, found: string | RegExp])[] = [
  ['a step is gone', 'delete from flowproof.journal where seq = 1 and run_id = $1', 'steps are missing or double: 1,'],
  ['a run has an owner', 'update flowproof.runs set owner = run_id where run_id = $1', 'runs that ended and have an owner: 1,'],
  ['a run is gone, and its steps are not', 'delete from flowproof.runs where run_id = $1', 'steps without a run: 1,'],
  [
    'an engine wrote in an epoch of another',
    'update flowproof.journal set writer = run_id where seq = 1 and run_id = $1',
    'in one epoch: 1,',
  ],
  ['a lease is alive', `insert into flowproof.leases values ($1, now() + interval '1 hour')`, 'leases that are alive: 1,'],
  [
    'a message is nobody’s',
    `insert into flowproof.inbox (run_id, id, kind) select gen_random_uuid(), $1::uuid::text, 'suspend'`,
    'messages without a run: 1,',
  ],
  [
    'rows are gone',
    'delete from soak_effects where run = (select key from flowproof.runs where run_id = $1)',
    /has rows of \d pieces of work, \d in its reference/,
  ],
];

describe('a short soak', () => {
  let program = '';
  beforeAll(async () => {
    program = await soakProgram('deep');
  });

  const soaked = (more: Partial<SoakOptions> = {}) => soak({ program, ...SHORT, say: (what) => console.log(what), ...more });

  test('over three restarts of PostgreSQL: every run ends as its reference, the journal is intact', async () => {
    const report = await soaked({ leastRestarts: 3 });
    expect(report.complaints).toEqual([]);
    for (const way of ['stop', 'crash', 'kill']) expect(report.restarts[way], way).toBeGreaterThan(0);
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
    // Who wakes up when is not in our hands, so one soak may be lucky: that none of three notices is no luck any more.
    const complaints: string[] = [];
    for (let seed = SHORT.seed; complaints.length === 0 && seed < SHORT.seed + 3; seed++) {
      complaints.push(...(await soaked({ ...ROUGH, seed, drainMs: 5_000, broken: 'fence' })).complaints);
    }
    expect(complaints).not.toEqual([]);
  });

  test('notices what was tampered with', async () => {
    const { complaints } = await soaked({
      minutes: 0.1,
      async beforeJudgement(database) {
        // Not to references: who is held beside one that is broken could not be judged.
        const { rows } = await database.query(
          `select run_id from flowproof.runs where flow = 'bookings' and state = 'SUCCESS' and key like 'run-%' limit ${TAMPERINGS.length}`,
        );
        expect(rows).toHaveLength(TAMPERINGS.length);
        for (const [index, [, sql]] of TAMPERINGS.entries()) await database.query(sql, [rows[index].run_id]);
      },
    });
    for (const [what, , found] of TAMPERINGS) expect(complaints.join('\n'), what).toMatch(found);
  });
});
