import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeMonorepo } from '../../scripts/monorepo.js';
import { type System, timedElsewhere, type Work } from '../harness.js';

/** The program `flowproof check` over a monorepo that it has never seen, beside the compiler that only checks types. */
export const checkFlows = (flows: number): Work => ({
  name: `check-${flows}-flows`,
  unit: 'check',
  async open() {
    const dist = dirname(fileURLToPath(import.meta.resolve('flowproof')));
    const folder = mkdtempSync(join(tmpdir(), 'flowproof-bench-'));
    writeMonorepo(folder, { flows, mistakes: false, root: dirname(dist), library: 'dist/index.d.ts' });
    const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    return [
      program('raw', compiler, '-p', join(folder, 'tsconfig.all.json'), '--noEmit', '--composite', 'false'),
      {
        ...program('flowproof', join(dist, 'compiler/main.js'), 'check', '-p', join(folder, 'tsconfig.json')),
        close: async () => rmSync(folder, { recursive: true }),
      },
    ];
  },
});

function program(name: string, ...args: readonly string[]): System {
  return {
    name,
    sample: () =>
      timedElsewhere(1, async () => {
        const [code] = (await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit')) as [number | null];
        if (code !== 0) throw new Error(`${name} ended with ${code}: the monorepo has no mistakes`);
      }),
  };
}
