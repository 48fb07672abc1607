import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Random } from '../soak/random.js';
import { describePostgres } from '../support/postgres.js';
import { Chaos } from './chaos.js';
import { judgeRun } from './chaos-judge.js';
import { asSaid, effectsIn, leavesOf, references } from './chaos-references.js';
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

describePostgres('runs in threads and processes that are killed at random, by engines that are killed', (database) => {
  test.runIf(process.platform === 'linux')('end as their references, and leave nothing behind', async () => {
    const reference = await references(INPUTS);
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
        leaves: leavesOf(run),
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
