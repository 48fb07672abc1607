/**
 * Draws the pictures of docs/pictures with the program itself, from the flows in tests/fixtures/compiler/pictures. `--check`
 * changes nothing, and fails when a picture in the documentation is another one. Reads the build.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { main } = await import(join(ROOT, 'dist/compiler/cli/index.js'));
const { systemClock } = await import(join(ROOT, 'dist/model/clock.js'));

async function flowproof(...args) {
  const said = [];
  const say = (text) => said.push(text);
  const io = { out: say, err: say, folder: ROOT, color: false, clock: systemClock, signal: new AbortController().signal };
  if ((await main(args, io)) !== 0) throw new Error(`flowproof ${args.join(' ')}: ${said.join('')}`);
}

const project = (version) => ['--project', `tests/fixtures/compiler/pictures/${version}/tsconfig.json`];
const folder = mkdtempSync(join(tmpdir(), 'flowproof-pictures-'));
const behind = [];
try {
  const manifest = join(folder, 'flows.json');
  await flowproof('manifest', ...project('before'), '-o', manifest);
  for (const [name, more] of [
    ['order', []],
    ['order-changes', ['--against', manifest]],
  ]) {
    const drawn = join(folder, `${name}.svg`);
    await flowproof('graph', 'order', ...project('now'), ...more, '-o', drawn);
    const kept = join(ROOT, `docs/pictures/${name}.svg`);
    const [now, before] = [readFileSync(drawn, 'utf8'), existsSync(kept) ? readFileSync(kept, 'utf8') : undefined];
    if (now === before) continue;
    behind.push(`docs/pictures/${name}.svg`);
    if (!process.argv.includes('--check')) writeFileSync(kept, now);
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (behind.length > 0 && process.argv.includes('--check')) {
  console.error(`${behind.join(' and ')} would be drawn in another way: run node scripts/pictures.mjs`);
  process.exitCode = 1;
}
