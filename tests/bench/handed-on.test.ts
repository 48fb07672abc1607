import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type MeteredPostgres, startMeteredPostgres } from '../../bench/meter.js';
import { handover } from '../../bench/works/handover.js';
import { recovery } from '../../bench/works/recovery.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Once each: that a job is taken over, which the works check themselves; how long it takes belongs to a machine. */
describe.skipIf(process.env.TEST_DATABASE_URL !== undefined || inject('postgresMissing') !== undefined)(
  'the works of jobs handed on',
  () => {
    const killed = at('../../build/bench-tests/recovery-process.mjs');
    let server: MeteredPostgres;
    beforeAll(async () => {
      server = await startMeteredPostgres({ fsync: 'off', autovacuum: 'off' });
      await build({
        ...{ entryPoints: [at('../../bench/works/recovery-process.ts')], outfile: killed, bundle: true, platform: 'node', format: 'esm' },
        ...{ logLevel: 'error', packages: 'external', tsconfig: at('../../tsconfig.json') },
      });
      return () => server.stop();
    }, 300_000);

    test.each([
      ['handover', ['raw', 'flowproof', 'flowproof-aborted'], () => handover],
      ['recovery', ['raw', 'flowproof'], () => recovery(killed)],
    ])(
      '%s runs, by us and by hand',
      async (name, names, work) => {
        const systems = await work().open({ quick: true, postgres: async () => server });
        expect([work().name, systems.map((system) => system.name)]).toEqual([name, names]);
        for (const system of systems) {
          expect(await system.sample()).toMatchObject({ units: 1, ms: expect.any(Number) });
          await system.close?.();
        }
      },
      60_000,
    );
  },
);
