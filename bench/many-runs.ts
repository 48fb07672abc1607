/**
 * `npm run bench:many -- [RUNS]`: whether pages and steps are slower among a million runs (the default) than among none.
 * Fills a table with SQL, which takes minutes; so it is no part of `npm run bench`.
 */
import { randomUUID } from 'node:crypto';
import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import pg from 'pg';
import { chain } from './flows.js';
import { spread, timed } from './harness.js';
import { fill, STEPS } from './many-rows.js';
import { startMeteredPostgres } from './meter.js';
import { surroundings } from './report.js';
import { FIRST } from './steps.js';

const RUNS = Number(process.argv[2] ?? 1_000_000);
const REPETITIONS = 15;

type Query = NonNullable<Parameters<ReturnType<typeof flowproof>['runs']>[0]>;
const PAGES: readonly (readonly [what: string, query: Query])[] = [
  ['the latest 50', {}],
  ['those that are RUNNING', { states: ['RUNNING'] }],
  ['those in FAILURE', { states: ['FAILURE'] }],
  ['those in FAILURE of a flow that nearly all are of', { flow: 'common', states: ['FAILURE'] }],
  ['a flow that runs rarely', { flow: 'rare' }],
  ['a logbook with half of all runs', { logbook: 'big' }],
  ['a rare pair of metadata', { metadata: { customer: 'c-7' } }],
  ['a pair that all have', { metadata: { kind: 'all' } }],
];

const server = await startMeteredPostgres();
try {
  const flow = chain('chain', 100);
  await using app = flowproof({ persistence: postgres(server.url), flows: [flow] });
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const step = async (): Promise<string> => middle(100, () => app.runOrThrow(flow, { id: randomUUID(), inputs: { v0: FIRST } }));
  await step();
  const before = await step();
  console.error(`${RUNS} runs with ${STEPS} steps each are being written`);
  await admin.query(fill(RUNS));
  // A database that has grown so over months has nothing of this left to do.
  await admin.query('vacuum analyze');
  await admin.query('checkpoint');
  console.log(`${surroundings([server.told])}\n\nµs, median (min–max) of ${REPETITIONS}\n`);
  for (const [what, query] of PAGES) {
    const first = await app.runs({ ...query, limit: 50 });
    const times = await middle(1, () => app.runs({ ...query, limit: 50 }));
    const next =
      first.next === undefined
        ? ''
        : `; the next page: ${await middle(1, () => app.runs({ ...query, limit: 50, before: first.next ?? '' }))}`;
    console.log(`a page of ${what} (${first.runs.length}): ${times}${next}`);
  }
  // The disk is busy with what was written for a while, and the first writes to each page are of the whole page.
  for (let turn = 0; turn < 4; turn++) await step();
  console.log(`a step among no other runs: ${before}\na step among ${RUNS} runs: ${await step()}`);
  await admin.end();
} finally {
  await server.stop();
}

async function middle(units: number, work: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) times.push(((await timed(units, work)).ms * 1_000) / units);
  const { median, min, max } = spread(times);
  return `${Math.round(median)} (${Math.round(min)}–${Math.round(max)})`;
}
