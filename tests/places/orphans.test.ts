import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { PlaceModules } from './place-module.js';

const modules = new PlaceModules();
afterAll(() => modules.remove());

/** Processes whose parent this is. */
function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return Number(fields[1]) === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    // What has ended and waits for its parent is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test.runIf(process.platform === 'linux')('processes end when that of their app is killed, also one whose code never ends', async () => {
  const [engine, module] = [await modules.bundled('engine'), await modules.bundled('tasks')];
  const app = spawn(process.execPath, [fileURLToPath(engine), module.href], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(app.stdout, 'data')) as [Buffer];
    const spinning = Number(line.toString().split('/')[0]);
    const places = childrenOf(app.pid as number);
    expect(places).toHaveLength(2);
    expect(places).toContain(spinning);
    app.kill('SIGKILL');
    await expect.poll(() => places.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  } finally {
    app.kill('SIGKILL');
  }
});
