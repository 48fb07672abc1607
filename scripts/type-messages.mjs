/**
 * Compiles the fixtures of type-tests/ with every supported TypeScript, in both decorator modes, and compares what the
 * compilers say with the comments `// error: …` above the lines: line, text, and at most two lines of text (`// error in
 * 3 lines: …` where TypeScript itself takes more). Then again without exactOptionalPropertyTypes, and with the tasks that
 * `defineTask` makes instead of decorated ones.
 * `--self-test` runs the negative control only; the default run does so first.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const COMPILERS = { 5.9: 'typescript-5.9/bin/tsc', '6.0': 'typescript/bin/tsc', '7.0': 'typescript-7.0/bin/tsc' };
const MAX_LINES = 2;
const run = promisify(execFile);

/** @returns {Promise<{ file: string, line: number, text: string, lines: number }[]>} */
async function compile(tsc, folder, options) {
  const chosen = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const flags = ['-p', join(ROOT, folder), ...chosen, '--pretty', 'false', '--noErrorTruncation'];
  const output = await run(process.execPath, [join(ROOT, 'node_modules', tsc), ...flags], { cwd: ROOT, maxBuffer: 1 << 26 }).then(
    (ok) => ok.stdout,
    (failed) => failed.stdout || Promise.reject(failed),
  );
  const errors = [];
  for (const line of output.split('\n')) {
    const start = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/.exec(line);
    if (start) errors.push({ file: relative(ROOT, join(ROOT, start[1])), line: Number(start[2]), text: start[3], lines: 1 });
    else if (line.startsWith(' ') && errors.length > 0) {
      const last = errors[errors.length - 1];
      last.text += `\n${line}`;
      last.lines += 1;
    } else if (line.trim() !== '') throw new Error(`tsc says something else: ${line}`);
  }
  return errors;
}

/** Names in a list, and members of a union, come in another order from every compiler. */
const sorted = (text) =>
  text
    .replace(/'[\w-]+'(?:, '[\w-]+')+/g, (list) => list.split(', ').sort().join(', '))
    .replace(/"[\w-]+"(?: \| "[\w-]+")+/g, (union) => union.split(' | ').sort().join(' | '));

async function expectations(folder) {
  const wanted = [];
  for (const name of (await readdir(join(ROOT, folder))).filter((one) => one.endsWith('.ts')).sort()) {
    const pending = [];
    for (const [index, line] of (await readFile(join(ROOT, folder, name), 'utf8')).split('\n').entries()) {
      const comment = /^\s*\/\/ error(?: in (\d) lines)?: (.+)$/.exec(line);
      if (comment) pending.push({ text: comment[2], most: Number(comment[1] ?? MAX_LINES) });
      else for (const one of pending.splice(0)) wanted.push({ file: join(folder, name), line: index + 1, ...one });
    }
  }
  return wanted;
}

function compare(wanted, errors) {
  const problems = [];
  const left = [...errors];
  for (const want of wanted) {
    const at = left.findIndex((one) => one.file === want.file && one.line === want.line && sorted(one.text).includes(sorted(want.text)));
    if (at < 0) problems.push(`${want.file}:${want.line} does not say: ${want.text}`);
    else if (left[at].lines > want.most)
      problems.push(`${want.file}:${want.line} takes ${left[at].lines} lines to say it:\n${left[at].text}`);
    if (at >= 0) left.splice(at, 1);
  }
  for (const one of left) problems.push(`${one.file}:${one.line} says unexpectedly: ${one.text}`);
  return problems;
}

async function selfTest() {
  const folder = 'type-tests/control';
  const problems = compare(await expectations(folder), await compile(COMPILERS['6.0'], folder, { experimentalDecorators: true }));
  const lines = problems.map((one) => Number(/wrong\.ts:(\d+)/.exec(one)?.[1])).sort();
  if (lines.join() !== '3,3,4,6') throw new Error(`the negative control was not rejected as it should be:\n${problems.join('\n')}`);
  console.log('negative control: rejected, 4 problems found');
}

/** Fixtures whose tasks come from tasks.ts, with those of twins.ts instead. */
async function writeTwins(folder) {
  const fixtures = join(ROOT, 'type-tests/fixtures');
  await mkdir(join(ROOT, folder), { recursive: true });
  for (const name of ['builders.ts', 'choices.ts', 'graphs.ts', 'loops.ts', 'optional.ts']) {
    const text = await readFile(join(fixtures, name), 'utf8');
    const moved = text
      .replaceAll("'../tasks.js'", "'../../type-tests/twins.js'")
      .replaceAll("'../support.js'", "'../../type-tests/support.js'")
      .replaceAll("'./kept.js'", "'../../type-tests/fixtures/kept.js'");
    await writeFile(join(ROOT, folder, name), moved);
  }
  const config = JSON.parse(await readFile(join(fixtures, 'tsconfig.json'), 'utf8'));
  await writeFile(join(ROOT, folder, 'tsconfig.json'), JSON.stringify({ ...config, include: ['*.ts'], exclude: [] }));
}

const MODES = [
  { title: 'legacy decorators', options: { experimentalDecorators: true } },
  { title: 'standard decorators', options: { experimentalDecorators: false } },
  { title: 'without exactOptionalPropertyTypes', options: { exactOptionalPropertyTypes: false } },
  { title: 'tasks of defineTask', options: {}, twins: true },
];

await selfTest();
if (!process.argv.includes('--self-test')) {
  const twins = `build/type-twins-${process.pid}`;
  let failed = 0;
  try {
    await writeTwins(twins);
    for (const [version, tsc] of Object.entries(COMPILERS)) {
      for (const mode of MODES) {
        const folder = mode.twins ? twins : 'type-tests/fixtures';
        const wanted = await expectations(folder);
        const problems = compare(wanted, await compile(tsc, folder, mode.options));
        failed += problems.length;
        console.log(`TypeScript ${version}, ${mode.title}: ${wanted.length} messages expected, ${problems.length} problems`);
        for (const problem of problems) console.log(`  ${problem.replaceAll('\n', '\n  ')}`);
      }
    }
  } finally {
    await rm(join(ROOT, twins), { recursive: true, force: true });
  }
  if (failed > 0) process.exitCode = 1;
}
