/**
 * Runs an example that was compiled before: `npm run example hello-world`. Without a name, or with one that there is not,
 * it says which there are.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const examples = join(import.meta.dirname, '../build/examples');
const [name, ...args] = process.argv.slice(2);
const program = join(examples, name ?? '', 'main.js');
if (name === undefined || !existsSync(program)) {
  console.error(`Which one? ${readdirSync(examples).join(', ')}`);
  process.exitCode = 2;
} else {
  process.exitCode = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' }).status ?? 1;
}
