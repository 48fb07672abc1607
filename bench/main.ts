/**
 * `npm run bench -- [--json] [--quick] [--only work,…] [--save FILE] [--against DIR]`: what a step costs, beside the same work
 * done by hand, and beside another checkout of this repository, which is built. Starts PostgreSQL servers of its own. How to
 * read it: docs/benchmarks.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { against, otherWorks } from './against.js';
import { type LeftOut, type Measured, measure } from './harness.js';
import { againstTable, jsonLine, leftOutLine, savedLines, surroundings, table } from './report.js';
import { Servers } from './servers.js';
import { WORKS } from './work-list.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    save: { type: 'string' },
    against: { type: 'string' },
  },
});
const wanted = values.only?.split(',') ?? WORKS.map(({ name }) => name);
const unknown = wanted.filter((name) => WORKS.every((work) => work.name !== name));
if (unknown.length > 0) {
  console.error(`there is no work '${unknown.join("', '")}': choose from ${WORKS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const other =
  values.against === undefined
    ? undefined
    : await otherWorks(values.against).catch((error: Error) => {
        console.error(error.message);
        process.exit(2);
      });
const servers = new Servers();
const bench = { quick: values.quick, postgres: servers.postgres, board: servers.board, broker: servers.broker };
const rows: Measured[] = [];
const leftOut: LeftOut[] = [];
try {
  for (const work of WORKS.filter(({ name }) => wanted.includes(name))) {
    if (!values.json) console.error(`${work.name} …`);
    const reason = work.missing?.();
    if (reason !== undefined) {
      const left = { work: work.name, system: 'flowproof', reason };
      leftOut.push(left);
      console.error(`  ${work.name} is left out: ${reason}`);
      if (values.json) console.log(leftOutLine(left));
      continue;
    }
    const measured = await measure(other === undefined ? work : against(work, other), bench);
    rows.push(...measured);
    if (values.json) for (const row of measured) console.log(jsonLine(row));
  }
  const place = surroundings(await servers.told());
  if (!values.json) console.log(`\n${place}\n\n${table(rows, leftOut)}`);
  if (!values.json && other !== undefined) console.log(`\ntimes as much as ${other.name}\n\n${againstTable(rows)}`);
  if (values.save !== undefined) writeFileSync(values.save, savedLines(rows, place, leftOut));
} finally {
  await servers.stop();
  other?.close();
}
