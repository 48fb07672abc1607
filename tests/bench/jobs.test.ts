import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type MeteredPostgres, startMeteredPostgres } from '../../bench/meter.js';
import { idleConductor } from '../../bench/works/idle-conductor.js';
import { pgJobs } from '../../bench/works/jobs.js';
import { pickup } from '../../bench/works/pickup.js';

/** The works of jobs, once each and small: that they run, and what PostgreSQL counts, which is the same on every machine. */
describe.skipIf(process.env.TEST_DATABASE_URL !== undefined || inject('postgresMissing') !== undefined)('the works of jobs', () => {
  let server: MeteredPostgres;
  beforeAll(async () => {
    server = await startMeteredPostgres({ fsync: 'off', autovacuum: 'off' });
    return () => server.stop();
  }, 300_000);
  const works = [
    pgJobs({ claimers: 1, atOnce: 1, target: 2 }),
    pgJobs({ claimers: 4, atOnce: 1, target: 2 }),
    pgJobs({ claimers: 4, atOnce: 32, target: 0.5 }),
    pickup,
    idleConductor,
  ];

  test.each(works.map((work) => [work.name, work] as const))(
    '%s runs, by us and by hand',
    async (_, work) => {
      const systems = await work.open({ quick: true, postgres: async () => server });
      expect(systems.map(({ name }) => name)).toEqual(['raw', 'flowproof']);
      for (const system of systems) {
        const { units, ms, counts, latenciesUs } = await system.sample();
        expect([units > 0, ms > 0, counts !== undefined]).toEqual([true, true, true]);
        if (latenciesUs !== undefined) expect(latenciesUs).toHaveLength(units);
        await system.close?.();
      }
    },
    300_000,
  );
});
