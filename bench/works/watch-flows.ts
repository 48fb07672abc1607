import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeMonorepo } from '../../scripts/monorepo.js';
import { type System, timedElsewhere, type Work } from '../harness.js';

/** From an edit of one file of flows to the next word of `flowproof check --watch`, beside `tsc --watch`. */
export const watchFlows = (flows: number): Work => ({
  name: `watch-${flows}-flows`,
  unit: 'edit',
  async open() {
    const dist = dirname(fileURLToPath(import.meta.resolve('flowproof')));
    const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const project = (): string => {
      const folder = mkdtempSync(join(tmpdir(), 'flowproof-bench-'));
      writeMonorepo(folder, { flows, mistakes: false, root: dirname(dist), library: 'dist/index.d.ts' });
      return folder;
    };
    // Each has a project of its own: both would hear of an edit.
    return [
      await watching('raw', project(), 'Found 0 errors', (folder) => {
        return [compiler, '-p', join(folder, 'tsconfig.all.json'), '--noEmit', '--composite', 'false', '--watch'];
      }),
      await watching('flowproof', project(), 'Waiting for changes', (folder) => {
        return [join(dist, 'compiler/main.js'), 'check', '-p', join(folder, 'tsconfig.json'), '--watch'];
      }),
    ];
  },
});

async function watching(name: string, folder: string, ready: string, args: (folder: string) => readonly string[]): Promise<System> {
  const child = spawn(process.execPath, args(folder), { stdio: ['ignore', 'pipe', 'inherit'] });
  await said(child, ready);
  const edited = join(folder, 'packages/p3/index.ts');
  const text = readFileSync(edited, 'utf8');
  let edits = 0;
  return {
    name,
    sample: () =>
      timedElsewhere(1, async () => {
        const answer = said(child, ready);
        writeFileSync(edited, `${text}// edit ${++edits}\n`);
        await answer;
      }),
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Until the program says these words. */
function said({ stdout }: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve) => {
    let heard = '';
    const listen = (chunk: Buffer): void => {
      heard += chunk.toString();
      if (!heard.includes(words)) return;
      stdout?.off('data', listen);
      resolve();
    };
    stdout?.on('data', listen);
  });
}
