import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { PlaceModules } from './place-module.js';
import { childrenOf, isAlive } from './processes-of.js';

const modules = new PlaceModules();
afterAll(() => modules.remove());

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
    await expect.poll(() => places.filter(isAlive), { timeout: 40_000, interval: 5 }).toEqual([]);
  } finally {
    app.kill('SIGKILL');
  }
});
