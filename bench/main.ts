/**
 * `npm run bench -- [--json] [--quick] [--only work,…] [--save FILE]`: what a step costs, beside the same work done by
 * hand. Starts PostgreSQL servers of its own. How to read it: docs/benchmarks.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Measured, measure, type Work } from './harness.js';
import { jsonLine, savedLines, surroundings, table } from './report.js';
import { Servers } from './servers.js';
import { checkFlows } from './works/check-flows.js';
import { idle } from './works/idle.js';
import { importRoot } from './works/import-root.js';
import { memoryLinear } from './works/memory-linear.js';
import { memoryUnordered } from './works/memory-unordered.js';
import { pgFanout } from './works/pg-fanout.js';
import { pgSaga } from './works/pg-saga.js';
import { pgSequential } from './works/pg-sequential.js';
import { resumeAfterKill } from './works/resume-after-kill.js';
import { watchFlows } from './works/watch-flows.js';

const WORKS: readonly Work[] = [
  memoryLinear(1_000),
  memoryLinear(100_000, 'memory-linear-1000'),
  memoryUnordered(1_000),
  pgSequential({ length: 100, flows: 1, target: 1.4 }),
  pgSequential({ length: 100, flows: 32, target: 0.4 }),
  pgFanout({ width: 100, target: 0.5 }),
  pgSaga(9),
  pgSequential({ length: 100, flows: 1, disk: 'slow', target: 1.1 }),
  pgSequential({ length: 100, flows: 32, disk: 'slow', target: 1.1 }),
  pgFanout({ width: 100, disk: 'slow', target: 0.6 }),
  idle,
  resumeAfterKill,
  importRoot,
  checkFlows(200),
  watchFlows(200),
];

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    save: { type: 'string' },
  },
});
const wanted = values.only?.split(',') ?? WORKS.map(({ name }) => name);
const unknown = wanted.filter((name) => WORKS.every((work) => work.name !== name));
if (unknown.length > 0) {
  console.error(`there is no work '${unknown.join("', '")}': choose from ${WORKS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const servers = new Servers();
const bench = { quick: values.quick, postgres: servers.postgres };
const rows: Measured[] = [];
try {
  for (const work of WORKS.filter(({ name }) => wanted.includes(name))) {
    if (!values.json) console.error(`${work.name} …`);
    const measured = await measure(work, bench);
    rows.push(...measured);
    if (values.json) for (const row of measured) console.log(jsonLine(row));
  }
  const place = surroundings(await servers.told());
  if (!values.json) console.log(`\n${place}\n\n${table(rows)}`);
  if (values.save !== undefined) writeFileSync(values.save, savedLines(rows, place));
} finally {
  await servers.stop();
}
