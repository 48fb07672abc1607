/**
 * Measures what flows cost the type checker, and holds it: generates flows of 10 to 500 tasks, checks each with every
 * supported TypeScript, and compares the instantiations beyond those of the tasks alone with
 * type-tests/cost/baseline.json. Counts don't depend on the machine. Check times, of the whole program, do: they are only
 * shown.
 * `--update` writes the counts that were found; `--only=REGEXP` measures what it matches, such as `--only="graph.* 100 "`.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PATTERNS, program } from './type-cost-programs.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const WORK = join(ROOT, 'build', `type-cost-${process.pid}`);
const BASELINE = join(ROOT, 'type-tests/cost/baseline.json');
const COMPILERS = { 5.9: 'typescript-5.9/bin/tsc', '6.0': 'typescript/bin/tsc', '7.0': 'typescript-7.0/bin/tsc' };
/** Small changes of the library move every count a little: that is no reason to complain. */
const MARGIN = 1.05;
const run = promisify(execFile);

const update = process.argv.includes('--update');
const only = new RegExp(process.argv.find((one) => one.startsWith('--only='))?.slice(7) ?? '');

async function measure(tsc, version, file) {
  const config = join(WORK, `${file}.json`);
  const compilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    experimentalDecorators: true,
    skipLibCheck: true,
    verbatimModuleSyntax: true,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [`${file}.ts`] }));
  const flags = ['-p', config, '--extendedDiagnostics', '--pretty', 'false', ...(version === '7.0' ? ['--singleThreaded'] : [])];
  const { stdout } = await run(process.execPath, [join(ROOT, 'node_modules', tsc), ...flags], { cwd: WORK, maxBuffer: 1 << 26 }).catch(
    (failed) => {
      throw new Error(`${file} does not compile under TypeScript ${version}:\n${failed.stdout || failed}`);
    },
  );
  const number = (label) => Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(stdout)?.[1]);
  return { instantiations: number('Instantiations'), seconds: number('Check time') };
}

const thousands = (count) => `${Math.round(count / 1000)}k`;
const row = (cells) => `| ${cells.join(' | ')} |`;

mkdirSync(WORK, { recursive: true });
const baseline = existsSync(BASELINE) ? JSON.parse(readFileSync(BASELINE, 'utf8')) : {};
const found = {};
const problems = [];
try {
  const bases = new Map();
  console.log(row(['flow', 'tasks', ...Object.keys(COMPILERS).map((version) => `TypeScript ${version}`)]));
  console.log(row(['---', '---:', '---:', '---:', '---:']));
  for (const { pattern, size } of PATTERNS.filter((one) => only.test(`${one.pattern} ${one.size} `))) {
    const file = `${pattern}-${size}`;
    writeFileSync(join(WORK, `${file}.ts`), program(pattern, size));
    writeFileSync(join(WORK, `tasks-${size}.ts`), program('tasks', size));
    const cells = [];
    for (const [version, tsc] of Object.entries(COMPILERS)) {
      const key = `${version} ${size}`;
      if (!bases.has(key)) bases.set(key, await measure(tsc, version, `tasks-${size}`));
      const base = bases.get(key);
      const total = await measure(tsc, version, file);
      const instantiations = total.instantiations - base.instantiations;
      cells.push(`${thousands(instantiations)}, ${total.seconds.toFixed(2)} s`);
      found[`${pattern} ${size}`] ??= {};
      found[`${pattern} ${size}`][version] = instantiations;
      const pinned = baseline[`${pattern} ${size}`]?.[version];
      if (update) continue;
      if (pinned === undefined) problems.push(`${pattern} ${size} under ${version} is not pinned: run with --update`);
      else if (instantiations > pinned * MARGIN) {
        problems.push(`${pattern} ${size} under ${version} takes ${instantiations} instantiations, ${pinned} are pinned`);
      }
    }
    console.log(row([pattern, size, ...cells]));
  }
} finally {
  rmSync(WORK, { recursive: true, force: true });
}
if (update) writeFileSync(BASELINE, `${JSON.stringify({ ...baseline, ...found }, null, 2)}\n`);
for (const problem of problems) console.error(problem);
console.log(`type cost: ${Object.keys(found).length} flows under ${Object.keys(COMPILERS).length} compilers, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
