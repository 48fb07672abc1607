/**
 * `npm run soak -- [--minutes 10] [--runs 64] [--seed N] [--faults cut,kill,…] [--json] [--broken fence|doubles|split-brain]`:
 * many runs over servers, a network and engines to which everything happens. Exit 0: every run ended as its reference, and everything
 * happened. What that is, and what is judged: docs/operations.md.
 */
import { parseArgs } from 'node:util';
import { ALL_KINDS } from './faults.js';
import { soakProgram } from './program.js';
import { reportText } from './report.js';
import { soak } from './soak.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    runs: { type: 'string', default: '64' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    faults: { type: 'string' },
    json: { type: 'boolean', default: false },
    broken: { type: 'string' },
  },
});
const BROKEN = ['fence', 'doubles', 'split-brain'] as const;
const broken = BROKEN.find((one) => one === values.broken);
const named = values.faults?.split(',');
const faults = ALL_KINDS.filter((kind) => named?.includes(kind) ?? true);
const numbers = { minutes: Number(values.minutes), runs: Number(values.runs), seed: Number(values.seed) };
const number = Object.entries(numbers).find(([name, value]) => !(value > 0) || (name !== 'minutes' && !Number.isInteger(value)));
const unknown = named?.find((name) => !faults.some((kind) => kind === name));
const wrong =
  number !== undefined
    ? `--${number[0]} must be a number above 0`
    : unknown !== undefined
      ? `--faults names '${unknown}', which is none of ${ALL_KINDS.join(', ')}`
      : values.broken !== broken
        ? `--broken is '${values.broken}': it must be one of ${BROKEN.join(', ')}`
        : undefined;
if (wrong !== undefined) {
  console.error(wrong);
  process.exit(2);
}

const startedMs = performance.now();
const say = (what: string): void => console.error(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(7)} s  ${what}`);
say(`seed ${numbers.seed}: npm run soak -- --seed ${numbers.seed} --minutes ${numbers.minutes} --runs ${numbers.runs}`);
const report = await soak({
  program: await soakProgram('main'),
  ...numbers,
  faults,
  ...(broken === undefined ? {} : { broken }),
  say,
});
console.log(values.json ? JSON.stringify(report) : reportText(report));
if (report.complaints.length > 0) process.exitCode = 1;
