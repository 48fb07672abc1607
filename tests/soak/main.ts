/**
 * `npm run soak -- [--minutes 10] [--runs 64] [--seed N] [--engines 5] [--json] [--broken fence|doubles]`: many runs over a
 * PostgreSQL that is restarted, by engines that are killed and frozen. Exit 0: every run ended as its reference. What
 * is judged: docs/operations.md.
 */
import { parseArgs } from 'node:util';
import { soakProgram } from './program.js';
import { reportText } from './report.js';
import { soak } from './soak.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    runs: { type: 'string', default: '64' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    engines: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    broken: { type: 'string' },
  },
});
const { broken } = values;
const numbers = { minutes: Number(values.minutes), runs: Number(values.runs), seed: Number(values.seed), engines: Number(values.engines) };
const wrong = Object.entries(numbers).find(([name, value]) => !(value > 0) || (name !== 'minutes' && !Number.isInteger(value)));
if (wrong !== undefined || (broken !== undefined && broken !== 'fence' && broken !== 'doubles')) {
  console.error(wrong === undefined ? `--broken is 'fence' or 'doubles', not '${broken}'` : `--${wrong[0]} must be a number above 0`);
  process.exit(2);
}
if (numbers.engines < 2) {
  console.error('--engines must be at least 2: one stays, the others are killed');
  process.exit(2);
}

const startedMs = performance.now();
const say = (what: string): void => console.error(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(7)} s  ${what}`);
say(`seed ${numbers.seed}: npm run soak -- --seed ${numbers.seed} --minutes ${numbers.minutes} --runs ${numbers.runs}`);
const report = await soak({
  program: await soakProgram('main'),
  ...numbers,
  ...(broken === 'fence' || broken === 'doubles' ? { broken } : {}),
  say,
});
console.log(values.json ? JSON.stringify(report) : reportText(report));
if (report.complaints.length > 0) process.exitCode = 1;
