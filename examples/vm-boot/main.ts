/**
 * Booting a virtual machine: a linear flow with a graph in it, with a linear and an unordered flow in that. The first
 * process is killed while it powers the machine on. The second one is given the same id and the same directory: it calls
 * again what was in flight, and nothing else.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { file, flowproof } from 'flowproof';
import { boot, type Services } from './flow.js';

/** One process that boots the machine, and may die of it. */
async function bootFrom(directory: string, dies: boolean): Promise<void> {
  const services: Services = {
    say(what) {
      console.log(`  ${what}`);
      if (dies && what.startsWith('powering')) process.kill(process.pid, 'SIGKILL');
    },
  };
  await using app = flowproof({ persistence: file(directory), flows: [boot], services });
  const result = await app.run(boot, { id: 'web-1', inputs: { name: 'web-1', gigabytes: 20, image: 'debian-13' } });
  if (result.state === 'SUCCESS') console.log(`${result.results.machine} is running.`);
}

/** Runs this program again as a process of its own. */
function another(...args: readonly string[]): void {
  const { signal } = spawnSync(process.execPath, [process.argv[1] ?? '', ...args], { stdio: 'inherit' });
  if (signal !== null) console.log(`The process is gone: ${signal}.`);
}

const [directory, dies] = process.argv.slice(2);
if (directory !== undefined) await bootFrom(directory, dies === 'dies');
else {
  const made = mkdtempSync(join(tmpdir(), 'vm-boot-'));
  console.log('The first process:');
  another(made, 'dies');
  console.log('The second process:');
  another(made);
  rmSync(made, { recursive: true });
}
