import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type System, timedElsewhere, type Work } from '../harness.js';

/** A process that does nothing, and one that imports flowproof, from start to end. */
export const importRoot: Work = {
  name: 'import-root',
  unit: 'process',
  async open() {
    const root = fileURLToPath(import.meta.resolve('flowproof'));
    return [program('raw', ''), program('flowproof', `import ${JSON.stringify(root)};`)];
  },
};

function program(name: string, text: string): System {
  const args = ['--input-type=module', '--eval', text];
  return {
    name,
    sample: () =>
      timedElsewhere(RUNS, async () => {
        for (let run = 0; run < RUNS; run++) await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
      }),
  };
}

const RUNS = 3;
