/**
 * `npm run bench:held -- [--minutes M]`: jobs a second, and rows that are dead and not removed, without and with a transaction that is
 * left open elsewhere in the database; by us and by pg-boss, if it is installed in bench/peers. How to read it: docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { AT_ONCE, ours, pgBoss } from './held-systems.js';
import { type HeldRow, heldRows, type JobSystem } from './held-transaction.js';
import { startMeteredPostgres } from './meter.js';
import { surroundings } from './report.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '0.25' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0 && Number.isFinite(minutes))) {
  console.error(`--minutes is ${values.minutes}: it must be a number above 0, such as 5`);
  process.exit(2);
}
/** As often as it takes to be seen within a fraction of a minute; the default is a minute. */
const server = await startMeteredPostgres({ autovacuum_naptime: '5s' });
const rows: HeldRow[] = [];
const leftOut: string[] = [];
try {
  await measured('flowproof', ours);
  await measured('pg-boss', pgBoss);
  console.log(`\n${surroundings([`${server.told} autovacuum_naptime=5s`])}\n
${minutes} minutes each, ${AT_ONCE} jobs at once

| system | a transaction is open | jobs a second | dead rows before | after |
|---|---|---|---|---|
${rows.map(line).join('\n')}`);
  for (const left of leftOut) console.log(`\n- ${left}`);
} finally {
  await server.stop();
}

async function measured(name: string, open: (url: string) => Promise<JobSystem>): Promise<void> {
  console.error(`${name} …`);
  const url = await server.database(name);
  let system: JobSystem;
  try {
    system = await open(url);
  } catch (error) {
    if (name === 'flowproof') throw error;
    leftOut.push(`${name} is left out (npm ci in bench/peers): ${String(error).split('\n')[0]}`);
    return;
  }
  try {
    rows.push(...(await heldRows(system, minutes * 60_000)));
  } finally {
    await system.close();
  }
}

function line({ system, isHeld, jobsASecond, deadBefore, deadAfter }: HeldRow): string {
  return `| ${system} | ${isHeld ? 'yes' : 'no'} | ${Math.round(jobsASecond)} | ${deadBefore} | ${deadAfter} |`;
}
