/**
 * `npm run bench:peers -- [--json] [--quick] [--only work,…] [--systems name,…] [--repetitions N] [--save FILE]`: the same works, done by
 * other people's systems in the same run. They are a package of their own, bench/peers, that nothing else needs;
 * a system that is not installed is named. How to read it: docs/benchmarks.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type LeftOut, type Measured, measure } from './harness.js';
import { PEERS } from './peer-list.js';
import { PeerSystems } from './peer-systems.js';
import { jsonLine, leftOutLine, savedLines, surroundings, table } from './report.js';
import { Servers } from './servers.js';
import { WORKS_OF_PEERS } from './work-list.js';

/** Some of these systems take seconds for what others do in milliseconds. */
const REPETITIONS = 5;
const QUICK_REPETITIONS = 3;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    systems: { type: 'string' },
    repetitions: { type: 'string' },
    save: { type: 'string' },
  },
});

function chosen<Named extends { readonly name: string }>(
  kind: string,
  all: readonly Named[],
  wanted: string | undefined,
): readonly Named[] {
  const names = wanted?.split(',') ?? all.map(({ name }) => name);
  const unknown = names.filter((name) => all.every((one) => one.name !== name));
  if (unknown.length === 0) return all.filter(({ name }) => names.includes(name));
  console.error(`there is no ${kind} '${unknown.join("', '")}': choose from ${all.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const works = chosen('work', WORKS_OF_PEERS, values.only);
const peers = chosen('system', PEERS, values.systems);

const servers = new Servers();
const leftOut: LeftOut[] = [];
const leaveOut = (left: LeftOut): void => {
  leftOut.push(left);
  console.error(`  ${left.system} is left out: ${left.reason}`);
  if (values.json) console.log(leftOutLine(left));
};
const hosted = new PeerSystems({ peers, postgres: servers.postgres, redis: servers.redis, leaveOut });
const bench = {
  quick: values.quick,
  postgres: servers.postgres,
  peers: hosted.systems.bind(hosted),
  repetitions: Number(values.repetitions ?? (values.quick ? QUICK_REPETITIONS : REPETITIONS)),
};
const rows: Measured[] = [];
const place = async (): Promise<string> => surroundings([...(await servers.told()), ...hosted.versions]);
try {
  for (const work of works) {
    const from = performance.now();
    console.error(`${work.name} …`);
    const measured = await measure(work, bench, leaveOut);
    rows.push(...measured);
    console.error(`  ${measured.length} systems in ${Math.round((performance.now() - from) / 1_000)} s`);
    if (values.json) for (const row of measured) console.log(jsonLine(row));
    // What took minutes is kept, whatever becomes of the rest.
    if (values.save !== undefined) writeFileSync(values.save, savedLines(rows, await place(), leftOut));
  }
  if (!values.json) console.log(`\n${await place()}\n\n${table(rows, leftOut)}`);
} finally {
  await hosted.close();
  await servers.stop();
}
