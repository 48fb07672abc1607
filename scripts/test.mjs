/**
 * Everything that must hold before a change is done: the build, then vitest, and beside it what else looks at the build. What
 * fails does not stop the others, but a build that fails does. The last line counts them: `N passed, N failed`, one for each test of vitest and for each other
 * part. With CI=true a skipped test is a failure. `node scripts/test.mjs lint types` runs the named parts only.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const REPORT = join(ROOT, 'build/vitest.json');
const require = createRequire(import.meta.url);

/** The script behind a command of a package: without npm and a shell in between, on any system. */
function bin(name, command = name) {
  const manifest = require.resolve(`${name}/package.json`);
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin[command]);
}

/** Most tests wait for processes, servers and disks: two workers more than there are cores keep these busy; vitest alone would leave one free. */
const WORKERS = availableParallelism() + 2;

const PARTS = [
  { name: 'build', title: 'build', steps: [['scripts/clean.mjs'], [bin('typescript', 'tsc'), '-b', 'compiler'], ['scripts/bundle.mjs']] },
  {
    name: 'check',
    // All of it is read, whatever it does with flows; what tests do wrong they do on purpose.
    title: 'flowproof check of this repository',
    steps: [['dist/compiler/main.js', 'check', ...['src', 'compiler', 'examples', 'bench', 'scripts']]],
  },
  {
    name: 'types',
    title: 'type check of the whole project',
    steps: ['tsconfig.json', 'page'].map((project) => [bin('typescript', 'tsc'), '-p', project]),
  },
  { name: 'lint', title: 'lint and format', steps: [[bin('@biomejs/biome', 'biome'), 'check', '--error-on-warnings']] },
  { name: 'type-tests', title: 'type tests', steps: [['scripts/type-tests.mjs']] },
  { name: 'messages', title: "messages of the types, in all compilers' words", steps: [['scripts/type-messages.mjs']] },
  // Counts, not times, and of the middle size only: `npm run test:types:cost` takes minutes for all of them.
  { name: 'type-cost', title: 'cost of the types', steps: [['scripts/type-cost.mjs', '--only= 100 ']] },
  {
    name: 'docs',
    title: 'code, diagrams and pictures in the documentation',
    steps: [
      ['scripts/documentation.mjs'],
      ['scripts/state-diagrams.mjs', '--check'],
      ['scripts/pictures.mjs', '--check'],
      ['scripts/errors-page.mjs', '--check'],
      ['scripts/api-reference.mjs', '--check'],
    ],
  },
  {
    name: 'vitest',
    title: 'unit and integration tests',
    steps: [[bin('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`, `--maxWorkers=${WORKERS}`]],
  },
];

/** @param write gets what is printed; without it, it is printed at once */
function run(args, write) {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: write === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
  child.stdout?.on('data', write);
  child.stderr?.on('data', write);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(String(error)));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `exit ${signal ?? code}`));
  });
}

/** Which test failed and by what, short enough for a log of which only the end is kept. */
function inOneLine(file, test, message = '') {
  const plain = stripVTControlCharacters(message).split('\n', 1)[0];
  return `${relative(ROOT, file)}: ${test}: ${plain.slice(0, 200)}`;
}

/** Counts of vitest's report, and which tests failed; a run without one counts as one failure. */
function vitestCounts(trouble) {
  try {
    const report = JSON.parse(readFileSync(REPORT, 'utf8'));
    const tests = report.testResults.flatMap(({ name, assertionResults }) => assertionResults.map((one) => ({ file: name, ...one })));
    const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
    const failed = Math.max(report.numFailedTests, trouble === undefined && report.success ? 0 : 1);
    const suites = report.testResults.filter(({ message, assertionResults }) => message !== '' && assertionResults.length === 0);
    const broken = [
      ...tests.filter(({ status }) => status === 'failed').map((test) => inOneLine(test.file, test.fullName, test.failureMessages[0])),
      ...suites.map(({ name, message }) => inOneLine(name, 'the whole file', message)),
    ];
    return { passed: report.numPassedTests, failed, skipped, broken };
  } catch (error) {
    return { passed: 0, failed: 1, skipped: [], trouble: `vitest left no report: ${error}` };
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => PARTS.every((part) => part.name !== name));
if (unknown.length > 0) {
  console.error(`there is no part '${unknown.join("', '")}': choose from ${PARTS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

/** How the names end of tests that the kernel must allow, which no package brings along. */
const SKIPPED_ANYWHERE = '(needs namespaces)';

mkdirSync(dirname(REPORT), { recursive: true });
rmSync(REPORT, { force: true });
const total = { passed: 0, failed: 0, skipped: 0 };
const summary = [];
const broken = [];
const began = performance.now();

/** What is printed by parts that run beside others is printed when they end: each as a whole. */
async function runPart({ name, title, steps }, isAlone) {
  const printed = [];
  const write = isAlone ? undefined : (chunk) => printed.push(chunk);
  if (isAlone) console.log(`\n=== ${title}`);
  const start = performance.now();
  let trouble;
  for (const step of steps) trouble ??= await run(step, write);
  if (!isAlone) process.stdout.write(`\n=== ${title}\n${Buffer.concat(printed)}`);
  let counts = { passed: trouble === undefined ? 1 : 0, failed: trouble === undefined ? 0 : 1, skipped: [] };
  if (name === 'vitest') counts = vitestCounts(trouble);
  if (process.env.CI === 'true') {
    const forbidden = counts.skipped.filter(({ fullName }) => !fullName.endsWith(SKIPPED_ANYWHERE));
    for (const { file, fullName } of forbidden) console.error(`skipped, which CI does not allow: ${file}: ${fullName}`);
    counts.failed += forbidden.length;
    counts.skipped = counts.skipped.filter((test) => !forbidden.includes(test));
  }
  if (counts.trouble !== undefined) console.error(counts.trouble);
  broken.push(...(counts.broken ?? []));
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped.length;
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  summary.push(`${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${title}${trouble === undefined ? '' : ` (${trouble})`}`);
  return trouble === undefined;
}

const chosen = PARTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const partOf = (name) => chosen.find((part) => part.name === name);
const [build, vitest] = [partOf('build'), partOf('vitest')];
if (build !== undefined && !(await runPart(build, true))) {
  summary.push('nothing else was run: the build failed');
} else {
  const beside = chosen.filter((part) => part !== build && part !== vitest);
  const isAlone = beside.length === 1 && vitest === undefined;
  const lane = async () => {
    for (let part = beside.shift(); part !== undefined; part = beside.shift()) await runPart(part, isAlone);
  };
  // Half of the cores compile, while most tests wait for something; what vitest prints is not held back.
  const lanes = Math.ceil(availableParallelism() / 2);
  await Promise.all([...Array.from({ length: lanes }, lane), ...(vitest === undefined ? [] : [runPart(vitest, true)])]);
}

console.log(`\n=== summary, ${((performance.now() - began) / 1000).toFixed(0)} s\n${summary.join('\n')}\n`);
if (broken.length > 0) console.log(`${broken.map((line) => `FAILED  ${line}`).join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
if (total.failed > 0) process.exitCode = 1;
