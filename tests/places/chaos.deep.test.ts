import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../src/index.js';
import { CHAOS_FLOWS, type ChaosEffect } from '../fixtures/places/chaos-tasks.js';
import { Random } from '../soak/random.js';
import { describePostgres } from '../support/postgres.js';
import { Chaos, type ChaosKind } from './chaos.js';
import { judgeRun } from './chaos-judge.js';
import { PlaceModules } from './place-module.js';

/** `FLOWPROOF_CHAOS_MINUTES=5 npm run test:deep -- tests/places` is the long one. */
const MINUTES = Number(process.env.FLOWPROOF_CHAOS_MINUTES ?? 1);
const INPUTS = 8;

const modules = new PlaceModules();
const directory = mkdtempSync(join(tmpdir(), 'flowproof-chaos-'));
afterAll(() => {
  modules.remove();
  rmSync(directory, { recursive: true, force: true });
});

/** What runs end as to which nothing happens, in this thread. */
async function references(): Promise<(kind: ChaosKind) => unknown> {
  const known = new Map<string, unknown>();
  for (let n = 0; n < INPUTS; n++) {
    const options = { inputs: { n } };
    const [kept, undone] = await Promise.all([run(CHAOS_FLOWS.kept, options), run(CHAOS_FLOWS.undone, options)]);
    for (const [flow, { runId: _, ...result }] of Object.entries({ kept, undone })) known.set(`${flow} ${n}`, asSaid(result));
  }
  return ({ flow, n }) => known.get(`${flow} ${n}`);
}

/** As the engine's process says it, but for where in its code something failed, and how often it was called: calls that are lost are made again. */
function asSaid(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result, (key, value: unknown) => (key === 'stack' || key === 'attempt' ? undefined : value)));
}

function effectsIn(file: string): ReadonlyMap<string, readonly ChaosEffect[]> {
  const found = new Map<string, ChaosEffect[]>();
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const effect = JSON.parse(line) as ChaosEffect;
    found.set(effect.run, [...(found.get(effect.run) ?? []), effect]);
  }
  return found;
}

describePostgres('runs in threads and processes that are killed at random, by engines that are killed', (database) => {
  test.runIf(process.platform === 'linux')('end as their references, and leave nothing behind', async () => {
    const reference = await references();
    const [effects, deaths] = [join(directory, 'effects'), join(directory, 'deaths')];
    const story = await new Chaos({
      engine: await modules.program('chaos-engine'),
      module: await modules.bundled('chaos-tasks'),
      database: database().url,
      ...{ effects, deaths, inputs: INPUTS, random: new Random(Number(process.env.FLOWPROOF_SEED ?? 1)) },
      ...{ forMs: MINUTES * 60_000, runs: 64, drainMs: 180_000, engineEveryMs: 20_000, placeEveryMs: 700 },
    }).play();

    const left = effectsIn(effects);
    const complaints = story.ended.flatMap((run) =>
      judgeRun({
        ...run,
        result: asSaid(run.result),
        reference: reference(run),
        effects: left.get(run.id) ?? [],
        leaves: ['staged', 'work/drawn', 'work/scaled', 'work/printed', 'work/sent', 'moody'].map((path) => `${run.flow}/${path}`),
      }),
    );
    const diedThreads = readFileSync(deaths, 'utf8').length;
    console.log(
      `${story.ended.length} runs; killed: ${story.killedEngines} engines, ${story.killedPlaces} processes, ${diedThreads} threads; ` +
        `places of a killed engine were gone after ${Math.round(story.longestOrphanMs)} ms at most`,
    );
    expect([...story.complaints, ...complaints]).toEqual([]);
    expect(story.ended.length).toBeGreaterThanOrEqual(64);
    expect(story.killedEngines).toBeGreaterThanOrEqual(Math.floor(MINUTES));
    expect(Math.min(story.killedPlaces, diedThreads)).toBeGreaterThanOrEqual(5 * MINUTES);
    // Some were only starting, on a machine that has much to do: tests/places/orphans.test.ts is about those that work.
    expect(story.longestOrphanMs).toBeLessThan(5_000);
  });
});
