/**
 * `npm run bench:sleepers -- [--sleepers N] [--among RUNS] [--no-kills]`: runs that sleep, are due within ten seconds, and are woken by three processes of
 * which one is killed every second, unless that is not wanted: how late each goes on, and what it costs while all sleep. Takes a minute, or some more among others,
 * and has nothing to be compared with; so it is no part of `npm run bench`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import pg from 'pg';
import { spread } from './harness.js';
import { fill } from './many-rows.js';
import { startMeteredPostgres } from './meter.js';
import { surroundings } from './report.js';
import { napping } from './sleeper-flow.js';
import type { Said } from './sleeper-process.js';
import { percentile } from './step-latency.js';

const { values } = parseArgs({
  options: {
    sleepers: { type: 'string', default: '10000' },
    among: { type: 'string', default: '0' },
    kills: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const [SLEEPERS, AMONG] = [Number(values.sleepers), Number(values.among)];
const SPREAD_MS = 10_000;
/** So long nothing happens, and is measured. */
const IDLE_MS = 10_000;
/** What is due sooner is not let go of; with the time that three processes take to begin. */
const BEFORE_MS = 20_000;
const AT_ONCE = 200;
/** So many are begun first, to see how long it takes. */
const TRIED = 1_000;

const server = await startMeteredPostgres();
const admin = new pg.Client({ connectionString: server.url });
const children = new Set<ChildProcess>();
/** Of each run: how late its last call was. One that a killed process had begun is called again. */
const lateMs = new Map<string, number>();
/** Those that a killed process had when they were due, or soon before. */
const left = new Set<string>();
let calls = 0;
const heaps: number[] = [];
let idleHeaps: readonly number[] = [];
try {
  await admin.connect();
  const firstMs = await putToSleep();
  const asleep = await rows();
  const idle = await begin();
  const { statements } = await server.counted(() => pause(IDLE_MS));
  idle.kill('SIGTERM');
  await once(idle, 'exit');
  idleHeaps = heaps.splice(0);

  let killed = 0;
  const serving = await Promise.all([begin(), begin(), begin()]);
  if (Date.now() > firstMs - 1_000) throw new Error('the first one was due before all was ready: this machine is too busy');
  await pause(firstMs - Date.now());
  while (lateMs.size < SLEEPERS && Date.now() < firstMs + 3 * SPREAD_MS) {
    const victim = values.kills && Date.now() < firstMs + SPREAD_MS ? serving.shift() : undefined;
    if (victim?.kill('SIGKILL')) killed++;
    if (victim !== undefined) void begin().then((child) => serving.push(child));
    await pause(1_000);
  }
  const all = [...lateMs.values()];
  const late = (some: readonly number[]): string =>
    [50, 99, 100].map((percent) => `${Math.round(percentile(some, percent) ?? Number.NaN)} ms`).join(', ');
  const [lost, others] = [true, false].map((isLost) => [...lateMs].flatMap(([run, ms]) => (left.has(run) === isLost ? [ms] : [])));
  const ended = async (): Promise<number> =>
    (await admin.query(`select count(*)::int as n from flowproof.runs where flow = 'napping' and state = 'SUCCESS'`)).rows[0].n;
  // What was called has yet to be written.
  for (let looks = 0; looks < 10 && (await ended()) < SLEEPERS; looks++) await pause(1_000);
  console.log(`${surroundings([server.told])}

| sleepers-${SLEEPERS}${AMONG > 0 ? `, among ${AMONG} other runs` : ''} | |
|---|---|
| processes killed | ${killed} |
| runs that went on, and ended | ${all.length}, ${await ended()} |
| calls that were made again | ${calls - all.length} |
| late: p50, p99, the latest | ${late(all)} |
| of those that no killed process had | ${late(others ?? [])} |
| of the ${lost?.length} that one had | ${late(lost ?? [])} |
| statements a second of a process while all sleep | ${((statements * 1_000) / IDLE_MS).toFixed(2)} |
| rows of a run while it sleeps | ${asleep} |
| heap of such a process | ${megabytes(spread(idleHeaps).median)} |
| heap of a process that wakes them | ${megabytes(spread(heaps).median)} (at most ${megabytes(Math.max(...heaps))}) |`);
} finally {
  for (const child of children) child.kill('SIGKILL');
  await admin.end();
  await server.stop();
}

/** @returns when the first of them is due */
async function putToSleep(): Promise<number> {
  await using app = flowproof({ persistence: postgres(server.url), flows: [napping], services: { woken: () => undefined } });
  const start = async (count: number, prefix: string, untilOf: (n: number) => number): Promise<number> => {
    const from = performance.now();
    for (let begun = 0; begun < count; begun += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - begun) }, (_, index) => begun + index);
      await Promise.all(some.map((n) => app.start(napping, { id: `${prefix}-${n}`, inputs: { until: untilOf(n) } })));
    }
    return performance.now() - from;
  };
  const takesMs = await start(TRIED, 'tried', () => Date.now() + 86_400_000);
  if (AMONG > 0) {
    console.error(`${AMONG} runs are being written`);
    await admin.query(fill(AMONG));
    await admin.query('vacuum analyze');
    await admin.query('checkpoint');
  }
  const firstMs = Date.now() + BEFORE_MS + IDLE_MS + 1.5 * takesMs * (SLEEPERS / TRIED);
  await start(SLEEPERS, 's', (n) => Math.round(firstMs + (n / SLEEPERS) * SPREAD_MS));
  return firstMs;
}

async function rows(): Promise<string> {
  const text = `select (select count(*) from flowproof.runs where flow = 'napping' and owner is null and wake_at > now())::float8 as runs,
    (select count(*) from flowproof.journal j join flowproof.runs r using (run_id) where r.flow = 'napping')::float8 as entries,
    (select count(*) from flowproof.inbox)::float8 as messages`;
  const { runs, entries, messages } = (await admin.query(text)).rows[0];
  const all = SLEEPERS + TRIED;
  if (runs !== all) throw new Error(`${runs} of ${all} sleep`);
  return `1 of runs, ${entries / all} of the journal, ${messages} messages`;
}

/** Resolves when it takes up runs. */
async function begin(): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./sleeper-process.js', import.meta.url));
  const child = spawn(process.execPath, [program, server.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as Said;
      if ('ready' in said) resolve();
      else if ('left' in said) left.add(said.left);
      else if ('heapBytes' in said) heaps.push(said.heapBytes);
      else {
        calls++;
        lateMs.set(said.run, said.lateMs);
      }
    });
    child.once('exit', () => resolve());
  });
  return child;
}

function megabytes(bytes: number | undefined): string {
  return `${((bytes ?? Number.NaN) / 2 ** 20).toFixed(1)} MB`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
