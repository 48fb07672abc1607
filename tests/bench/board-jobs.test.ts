import { expect, test } from 'vitest';
import { boardJobs } from '../../bench/works/board-jobs.js';
import type { Kind } from '../../scripts/board-programs.js';
import { describeServer } from '../support/board-servers.js';

/** Once each and small: that they run, and that each side does all of its jobs, which the works check themselves. */
for (const kind of ['redis', 'etcd', 'zookeeper'] as const satisfies readonly Kind[]) {
  describeServer(kind, `the work of jobs on a board in ${kind}`, (server) => {
    test('runs, by us and by hand', async () => {
      const work = boardJobs(kind);
      expect(work.missing?.()).toBeUndefined();
      const systems = await work.open({ quick: true, postgres: () => Promise.reject(new Error('none')), board: async () => server() });
      expect(systems.map(({ name }) => name)).toEqual(['raw', 'flowproof']);
      for (const system of systems) expect(await system.sample()).toMatchObject({ units: 30, ms: expect.any(Number) });
      for (const system of systems) await system.close?.();
    });
  });
}
