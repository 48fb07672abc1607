/**
 * `npm run bench -- [--json] [--quick] [--only work,…]`: what a step costs, beside the same work done by hand. Starts a
 * PostgreSQL of its own. How to read it: docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { type Bench, type Measured, measure, type Work } from './harness.js';
import { type MeteredPostgres, startMeteredPostgres } from './meter.js';
import { jsonLine, surroundings, table } from './report.js';
import { checkFlows } from './works/check-flows.js';
import { importRoot } from './works/import-root.js';
import { memoryLinear } from './works/memory-linear.js';
import { pgSaga } from './works/pg-saga.js';
import { pgSequential } from './works/pg-sequential.js';
import { resumeAfterKill } from './works/resume-after-kill.js';

const WORKS: readonly Work[] = [
  memoryLinear(1_000),
  memoryLinear(100_000, 'memory-linear-1000'),
  pgSequential(100),
  pgSaga(9),
  resumeAfterKill,
  importRoot,
  checkFlows(200),
];

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const wanted = values.only?.split(',') ?? WORKS.map(({ name }) => name);
const unknown = wanted.filter((name) => WORKS.every((work) => work.name !== name));
if (unknown.length > 0) {
  console.error(`there is no work '${unknown.join("', '")}': choose from ${WORKS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

let server: Promise<MeteredPostgres> | undefined;
const bench: Bench = {
  quick: values.quick,
  postgres: () => {
    server ??= startMeteredPostgres();
    return server;
  },
};
const rows: Measured[] = [];
try {
  for (const work of WORKS.filter(({ name }) => wanted.includes(name))) {
    if (!values.json) console.error(`${work.name} …`);
    const measured = await measure(work, bench);
    rows.push(...measured);
    if (values.json) for (const row of measured) console.log(jsonLine(row));
  }
  if (!values.json) console.log(`\n${surroundings(await server)}\n\n${table(rows)}`);
} finally {
  await (await server)?.stop();
}
