import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import pg from 'pg';
import { startPostgres } from '../../scripts/postgres.js';
import { Crew, type Task } from './crew.js';
import { FLOWS } from './flows.js';
import { type Effect, judgeRun, type RunRecord, repeatsOf } from './judge.js';
import { EFFECTS_TABLE, judgeTables, lossesOf, rowsOf, type Totals, totalsOf } from './ledger.js';
import { judgeMemory, type MemoryTrend, memoryTrend } from './memory.js';
import { Random } from './random.js';
import { Storm } from './storm.js';

export interface SoakOptions {
  /** The bundled `engine-process.ts`. */
  readonly program: string;
  readonly minutes: number;
  /** Under way at once. */
  readonly runs: number;
  readonly seed: number;
  readonly engines?: number;
  readonly leaseMs?: number;
  readonly restartEveryMs?: number;
  /** It takes as long as these take, if that is longer than `minutes`. */
  readonly leastRestarts?: number;
  readonly disturbEveryMs?: number;
  readonly sampleEveryMs?: number;
  /** How long what is under way has to end, once nothing happens any more. */
  readonly drainMs?: number;
  /**
   * Breaks something that the soak must notice. `fence`: nothing keeps two steps from one place. `doubles`: bookings
   * leave a row too many.
   */
  readonly broken?: 'fence' | 'doubles';
  /** Told how it goes. */
  say?(what: string): void;
  /** Called when all has ended, before it is judged: tests tamper with it. */
  beforeJudgement?(database: pg.Pool): Promise<void>;
}

export interface SoakReport {
  readonly seed: number;
  readonly minutes: number;
  readonly runs: number;
  readonly byFlow: Readonly<Record<string, number>>;
  readonly byState: Readonly<Record<string, number>>;
  readonly restarts: Readonly<Record<string, number>>;
  readonly engines: Crew['counts'];
  readonly given: Readonly<Record<string, number>>;
  readonly totals: Totals;
  readonly effects: { readonly calls: number; readonly repeated: number; readonly rows: number };
  /** Nothing when it was too short to say. */
  readonly memory?: MemoryTrend;
  /** What is wrong; empty when all is as it should be. */
  readonly complaints: readonly string[];
}

const INPUTS = 6;

/** Runs of all flows, under way at once over a server and engines to which everything happens; then everything is judged. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { program, minutes, runs, seed, engines = 5, leaseMs = 2_000, broken, say = () => undefined } = options;
  const home = mkdtempSync(join(tmpdir(), 'flowproof-soak-'));
  const server = await startPostgres({ dataDir: join(home, 'postgres'), settings: { max_connections: 200 } });
  const database = new pg.Pool({ connectionString: server.url, max: 4 });
  database.on('error', () => undefined);
  let storm: Storm | undefined;
  let crew: Crew | undefined;
  try {
    await database.query(EFFECTS_TABLE);
    const directory = join(home, 'effects');
    mkdirSync(directory);
    const setting = { url: server.url, leaseMs, doubles: broken === 'doubles' };
    crew = new Crew({ program, setting, directory, size: engines, random: new Random(seed ^ 0x5eed) });
    const ended = new Map<string, { readonly task: Task; readonly result: unknown }>();
    const bring = async (task: Task): Promise<void> => void ended.set(task.id, { task, result: await running(crew).run(task) });

    const kinds = FLOWS.flatMap(({ flow }) => Array.from({ length: INPUTS }, (_, n) => ({ flow: flow.name, n: 100 + n })));
    await Promise.all(kinds.map(({ flow, n }) => bring({ id: referenceOf(flow, n), flow, n })));
    say(`${kinds.length} references have ended`);
    if (broken === 'fence') await removeFence(database);

    const random = new Random(seed);
    const { restartEveryMs = 20_000, disturbEveryMs = 1_500, sampleEveryMs = 10_000, drainMs = 120_000, leastRestarts = 0 } = options;
    const weather = new Storm({
      crew,
      server,
      random: new Random(seed + 1),
      restartEveryMs,
      leastRestarts,
      disturbEveryMs,
      freezeMs: 3 * leaseMs,
      say,
    });
    storm = weather;
    let begun = 0;
    const walk = async (): Promise<void> => {
      while (!weather.isOver) {
        const kind = random.of(kinds);
        if (kind !== undefined) await bring({ id: `run-${begun++}`, ...kind });
      }
    };
    const walking = Array.from({ length: runs }, walk);
    const sampling = setInterval(() => {
      running(crew).measure();
      say(`${ended.size} runs have ended, ${running(crew).open.length} are under way`);
    }, sampleEveryMs);
    await weather.rage(minutes * 60_000);
    clearInterval(sampling);
    crew.thawAll();
    say('the storm is over: what is under way ends');
    await Promise.race([Promise.all(walking), sleep(drainMs, undefined, { ref: false })]);
    const stuck = crew.open.map(({ id, flow }) => `run ${id} (${flow}) has not ended ${drainMs / 1_000} s after the storm`);
    await crew.stop();
    await options.beforeJudgement?.(database);
    say('judging');
    const judged = await judgeAll({ url: server.url, database, crew, ended: [...ended.values()] });
    const memory = memoryTrend(crew.memory);
    const complaints = [...stuck, ...crew.complaints, ...judged.complaints, ...(memory === undefined ? [] : judgeMemory(memory))];
    return {
      seed,
      minutes,
      runs: ended.size - kinds.length,
      byFlow: tally([...ended.values()].map(({ task }) => task.flow)),
      byState: tally([...ended.values()].map(({ result }) => (result as { readonly state: string }).state)),
      restarts: storm.restarts,
      engines: crew.counts,
      given: Object.fromEntries(crew.given),
      totals: judged.totals,
      effects: judged.effects,
      ...(memory === undefined ? {} : { memory }),
      complaints,
    };
  } finally {
    await crew?.stop();
    await database.end();
    await (storm?.server ?? server).stop();
    rmSync(home, { recursive: true, force: true });
  }
}

interface Evidence {
  readonly url: string;
  readonly database: pg.Pool;
  readonly crew: Crew;
  readonly ended: readonly { readonly task: Task; readonly result: unknown }[];
}

async function judgeAll({ url, database, crew, ended }: Evidence) {
  const complaints = [...(await judgeTables(database))];
  const calls = crew.effectFiles.flatMap(effectsIn);
  const rows = await rowsOf(database);
  const losses = await lossesOf(database);
  const [callsByRun, rowsByRun] = [byRun(calls), byRun(rows)];
  const totals = await totalsOf(database);
  const app = flowproof({ persistence: postgres(url), flows: [] });
  const records = new Map<string, RunRecord>();
  await inTurns(ended, 8, async ({ task: { id, flow, n }, result }) => {
    try {
      const { atoms, state } = await app.inspect(id);
      const said = (result as { readonly state: string }).state;
      if (state !== said) complaints.push(`run ${id}: its journal says ${state}, its engine said ${said}`);
      const known = { atoms, losses: losses.get(id) ?? new Map(), calls: callsByRun.get(id) ?? [], rows: rowsByRun.get(id) ?? [] };
      records.set(id, { id, kind: referenceOf(flow, n), result, ...known });
    } catch (error) {
      complaints.push(`run ${id} can't be read: ${String(error)}`);
    }
  });
  await app.stop();
  let repeated = 0;
  for (const record of records.values()) {
    const reference = records.get(record.kind);
    complaints.push(...(reference === undefined ? [`run ${record.id} has no reference`] : judgeRun(record, reference)));
    if (reference !== undefined) repeated += repeatsOf(record, reference);
  }
  return { complaints, totals, effects: { calls: calls.length, repeated, rows: rows.length } };
}

function running(crew: Crew | undefined): Crew {
  if (crew === undefined) throw new Error('there is no crew');
  return crew;
}

function referenceOf(flow: string, n: number): string {
  return `reference-${flow}-${n}`;
}

/** Whoever writes last wins: the place of a step is never taken. */
async function removeFence(database: pg.Pool): Promise<void> {
  await database.query(`create function flowproof.make_room() returns trigger language plpgsql as
    $$ begin delete from flowproof.journal where run_id = new.run_id and seq = new.seq; return new; end $$`);
  await database.query('create trigger no_fence before insert on flowproof.journal for each row execute function flowproof.make_room()');
}

function effectsIn(path: string): readonly Effect[] {
  try {
    const lines = readFileSync(path, 'utf8').trimEnd();
    return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line) as Effect);
  } catch (error) {
    // An engine that called nothing left nothing.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function byRun(effects: readonly Effect[]): ReadonlyMap<string, readonly Effect[]> {
  const runs = new Map<string, Effect[]>();
  for (const effect of effects) {
    const known = runs.get(effect.run);
    if (known === undefined) runs.set(effect.run, [effect]);
    else known.push(effect);
  }
  return runs;
}

function tally(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

async function inTurns<Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
