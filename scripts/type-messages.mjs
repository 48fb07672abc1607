/**
 * Compiles the fixtures of type-tests/ with every supported TypeScript, in both decorator modes, and compares what the
 * compilers say with the comments `// error: …` above the lines: line, text, and at most two lines of text (`// error in
 * 3 lines: …` where TypeScript itself takes more).
 * `--self-test` runs the negative control only; the default run does so first.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const COMPILERS = { 5.9: 'typescript-5.9/bin/tsc', '6.0': 'typescript/bin/tsc', '7.0': 'typescript-7.0/bin/tsc' };
const MAX_LINES = 2;
const run = promisify(execFile);

/** @returns {Promise<{ file: string, line: number, text: string, lines: number }[]>} */
async function compile(tsc, folder, legacy) {
  const flags = ['-p', join(ROOT, folder), '--experimentalDecorators', String(legacy), '--pretty', 'false', '--noErrorTruncation'];
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
  const problems = compare(await expectations(folder), await compile(COMPILERS['6.0'], folder, true));
  const lines = problems.map((one) => Number(/wrong\.ts:(\d+)/.exec(one)?.[1])).sort();
  if (lines.join() !== '3,3,4,6') throw new Error(`the negative control was not rejected as it should be:\n${problems.join('\n')}`);
  console.log('negative control: rejected, 4 problems found');
}

await selfTest();
if (!process.argv.includes('--self-test')) {
  const folder = 'type-tests/fixtures';
  const wanted = await expectations(folder);
  let failed = 0;
  for (const [version, tsc] of Object.entries(COMPILERS)) {
    for (const legacy of [true, false]) {
      const problems = compare(wanted, await compile(tsc, folder, legacy));
      failed += problems.length;
      const mode = legacy ? 'legacy decorators' : 'standard decorators';
      console.log(`TypeScript ${version}, ${mode}: ${wanted.length} messages expected, ${problems.length} problems`);
      for (const problem of problems) console.log(`  ${problem.replaceAll('\n', '\n  ')}`);
    }
  }
  if (failed > 0) process.exitCode = 1;
}
