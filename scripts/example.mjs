/**
 * Runs an example from its sources: `npm run example hello-world`. Without a name, or with one that there is not, it says
 * which there are.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { exampleProgram } from './example-program.mjs';

const ROOT = join(import.meta.dirname, '..');
const examples = join(ROOT, 'examples');
const [name, ...args] = process.argv.slice(2);
if (name === undefined || !existsSync(join(examples, name, 'main.ts'))) {
  console.error(`Which one? ${readdirSync(examples).join(', ')}`);
  process.exitCode = 2;
} else {
  // As deep below the repository as the example's folders are: it finds what stands beside its sources.
  const program = join(ROOT, 'build/examples', name, 'program/main.mjs');
  await exampleProgram(name, program);
  process.exitCode = spawnSync(process.execPath, ['--enable-source-maps', program, ...args], { stdio: 'inherit' }).status ?? 1;
}
