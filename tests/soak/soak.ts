import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Environment, startEnvironment } from './environment.js';
import { FaultInjector } from './fault-injector.js';
import { faultSchedules, PASSING } from './fault-schedules.js';
import { Strikes } from './faults.js';
import { isBooking } from './flows.js';
import { EFFECTS_TABLE } from './ledger.js';
import { judgeMemory, memoryTrend } from './memory.js';
import { planOf, type SoakOptions, type SoakPlan } from './options.js';
import { Random } from './random.js';
import { reportOf, type SoakReport } from './report.js';
import { type EndedRun, judgeAll, referenceOf } from './trial.js';
import type { Task } from './worker-spec.js';
import type { Workers } from './workers.js';

/** Of so many runs that are under way at once, one is in the directory. */
const ON_VOLUME = 5;
/** Of so many runs one may be removed when it has ended. */
const ONE_PASSES = 3;
/** Of so many runs one stays in the directory: what is removed makes it be written anew. */
const ONE_STAYS = 20;
/** Nothing happens to references. */
const REFERENCES_MS = 180_000;
/** A shorter one need not meet everything. */
const LONG_MINUTES = 1;

type Kind = Pick<Task, 'flow' | 'n'>;

/** Runs of all flows, under way at once over servers, a network and engines to which everything happens; then everything is judged. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const plan = planOf(options);
  const strikes = new Strikes(plan.faults);
  const environment = await startEnvironment(plan, strikes);
  try {
    return await play(plan, environment, strikes);
  } finally {
    await environment.remove();
  }
}

async function play(plan: SoakPlan, environment: Environment, strikes: Strikes): Promise<SoakReport> {
  const { minutes, seed, flows, inputs, faults, leastOfEach, drainMs, say } = plan;
  const { servers, network, workers, volume } = environment;
  await asked(servers.url, EFFECTS_TABLE);
  const kinds = flows.flatMap((flow) => Array.from({ length: inputs }, (_, n) => ({ flow, n: 100 + n })));
  const ended = await references(workers, kinds);
  say(`${ended.length} references have ended`);
  workers.breaks();
  volume?.workers.breaks();
  if (plan.broken === 'fence') await removeFence(servers.url);

  const random = new Random(seed);
  const hasPruned = (): boolean => !faults.includes('prune') || workers.counts.pruned > 0;
  const hasSpace = (): boolean => !faults.includes('prune-volume') || volume?.compactions !== 0;
  const injector = new FaultInjector({
    schedules: faultSchedules(environment, plan, random, strikes),
    random: new Random(seed + 1),
    forMs: minutes * 60_000,
    isEnough: () => leastOfEach === 0 || (strikes.rarerThan(leastOfEach).length === 0 && hasPruned() && hasSpace()),
  });
  const onVolume: EndedRun[] = [];
  const walking = walkers({ plan, environment, random, kinds, injector, ended, onVolume });
  const sampling = setInterval(() => {
    workers.measure();
    say(
      `${ended.length} and ${onVolume.length} runs have ended, ${workers.open.length} and ${volume?.workers.open.length ?? 0} are under way`,
    );
  }, plan.sampleEveryMs);
  await injector.run().finally(() => clearInterval(sampling));
  network.calm();
  workers.thawAll();
  say('no more faults: what is under way ends');
  await Promise.race([Promise.all(walking), sleep(drainMs, undefined, { ref: false })]);
  const open = [...workers.open, ...(volume?.workers.open ?? [])];
  volume?.look();
  await environment.endEngines();

  const judged = await judge(plan, environment, { ended, onVolume });
  const memory = memoryTrend(workers.memory);
  const isLong = minutes >= LONG_MINUTES || leastOfEach > 0;
  const missed: readonly string[] = isLong ? [...strikes.rarerThan(Math.max(1, leastOfEach)), ...(hasSpace() ? [] : ['compaction'])] : [];
  const complaints = [
    ...open.map(({ id, flow }) => `run ${id} (${flow}) has not ended ${drainMs / 1_000} s after the last fault`),
    ...[...workers.complaints, ...(volume?.complaints ?? []), ...(volume?.workers.complaints ?? [])],
    ...judged.complaints,
    ...missed.map((kind) => `'${kind}' has never happened`),
    ...(memory === undefined ? [] : judgeMemory(memory)),
  ];
  return reportOf({ plan, strikes, workers, volume, ended, onVolume, references: kinds.length, judged: { ...judged, complaints }, memory });
}

/** Each flow with each input, before anything happens. */
async function references(workers: Workers, kinds: readonly Kind[]): Promise<EndedRun[]> {
  const running = Promise.all(
    kinds.map(async ({ flow, n }): Promise<EndedRun> => {
      const task = { id: referenceOf(flow, n), flow, n };
      return { task, result: await workers.run(task) };
    }),
  );
  const ended = await Promise.race([running, sleep(REFERENCES_MS, undefined, { ref: false })]);
  if (ended === undefined) throw new Error(`${workers.open.length} references have not ended after ${REFERENCES_MS} ms`);
  return ended;
}

interface Walk {
  readonly plan: SoakPlan;
  readonly environment: Environment;
  readonly random: Random;
  readonly kinds: readonly Kind[];
  readonly injector: FaultInjector;
  readonly ended: EndedRun[];
  readonly onVolume: EndedRun[];
}

/** Each begins one run after the other until no more faults are injected. */
function walkers({ plan, environment: { workers, volume }, random, kinds, injector, ended, onVolume }: Walk): readonly Promise<void>[] {
  let begun = 0;
  const walk = async (on: Workers, into: EndedRun[], among: readonly Kind[]): Promise<void> => {
    while (!injector.isOver) {
      const kind = random.of(among);
      if (kind === undefined) return;
      const at = begun++;
      const passes = on === workers ? at % ONE_PASSES === 0 : at % ONE_STAYS !== 0;
      const task: Task = { id: `run-${at}`, ...kind, ...(passes ? { logbook: PASSING } : {}) };
      into.push({ task, result: await on.run(task) });
    }
  };
  const elsewhere = kinds.filter(({ flow }) => !isBooking(flow));
  return Array.from({ length: plan.runs }, (_, at) =>
    volume !== undefined && at % ON_VOLUME === 0 ? walk(volume.workers, onVolume, elsewhere) : walk(workers, ended, kinds),
  );
}

async function judge(
  { say, beforeJudgement }: SoakPlan,
  { servers, workers, volume }: Environment,
  runs: Pick<Walk, 'ended' | 'onVolume'>,
) {
  const { url } = servers;
  const database = new pg.Pool({ connectionString: url, max: 4 });
  database.on('error', () => undefined);
  try {
    await othersGone(database);
    await beforeJudgement?.(database);
    say('judging');
    const { ended, onVolume } = runs;
    const left =
      volume === undefined ? {} : { volume: { directory: volume.store, effectFiles: volume.workers.effectFiles, ended: onVolume } };
    return await judgeAll({ url, database, effectFiles: workers.effectFiles, ended, ...left });
  } finally {
    await database.end();
  }
}

/** Whoever writes last wins: the place of a step is never taken. */
async function removeFence(url: string): Promise<void> {
  await asked(
    url,
    `create function flowproof.make_room() returns trigger language plpgsql as
      $$ begin delete from flowproof.journal where run_id = new.run_id and seq = new.seq; return new; end $$`,
    'create trigger no_fence before insert on flowproof.journal for each row execute function flowproof.make_room()',
  );
}

async function asked(url: string, ...texts: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const text of texts) await client.query(text);
  await client.end();
}

/** Connections of engines that have ended are seen to have, in a moment. */
async function othersGone(database: pg.Pool): Promise<void> {
  const others = `select count(*)::int as count from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
  for (let left = 100; left > 0; left--) {
    const { rows } = await database.query<{ count: number }>(others);
    if (rows[0]?.count === 0) return;
    await sleep(50);
  }
}
