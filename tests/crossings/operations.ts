import fc from 'fast-check';
import { type Blow, HARMS } from './blow.js';
import { type DrawnScenario, drawnScenarios, isFragile } from './drawn.js';
import { play } from './play.js';
import { scenarioOf } from './random-flows.js';
import { inMemory, type Where } from './where.js';
import { WISHES } from './wishes.js';

/** A run, and everything that happens to it. */
export interface Story {
  readonly drawn: DrawnScenario;
  readonly blows: readonly Blow[];
}

/** A search that has found something looks for a smaller story no longer than this. */
const MOST_MS = 240_000;

/** Most runs are over by then. */
const MOMENTS = 90;

const blow: fc.Arbitrary<Blow> = fc.record({
  moment: fc.nat({ max: MOMENTS }),
  wish: fc.constantFrom(...WISHES, 'nothing' as const),
  by: fc.constantFrom('here' as const, 'elsewhere' as const),
  brought: fc.boolean(),
  harm: fc.constantFrom('none' as const, ...HARMS),
});

const stories: fc.Arbitrary<Story> = fc.record({ drawn: drawnScenarios, blows: fc.array(blow, { maxLength: 7 }) });

/** Where time goes on by itself, nothing is waited for longer. */
const SHORT_MS = 200;

function hastened(drawn: DrawnScenario): DrawnScenario {
  const shorter = (key: string, value: unknown): unknown => (key === 'pauseMs' || key === 'ms' ? Math.min(Number(value), SHORT_MS) : value);
  return JSON.parse(JSON.stringify(drawn), shorter) as DrawnScenario;
}

/** What is wrong with it, and what happened. */
export async function wrongIn({ drawn, blows }: Story, where: Where): Promise<string | undefined> {
  const scenario = scenarioOf(where.clock === undefined ? hastened(drawn) : drawn);
  const calm = await play(scenario, []);
  const played = calm.wrong.length > 0 ? calm : await play(scenario, blows, where);
  // What fails together, in one attempt of a retry, depends on who was faster.
  const mayDiffer =
    drawn.executor === 'concurrent' || isFragile(drawn.root) || blows.some(({ wish }) => wish === 'cancel' || wish === 'halt');
  const isOther = !mayDiffer && played.end !== calm.end;
  const isSkippedOtherwise = !mayDiffer && played.end === 'SUCCESS' && played.skipped.join() !== calm.skipped.join();
  if (played.wrong.length === 0 && !isOther && !isSkippedOtherwise) return undefined;
  return [
    ...played.wrong,
    ...(isOther ? [`it ends ${played.end} instead of ${calm.end}`] : []),
    ...(isSkippedOtherwise ? [`it has skipped ${played.skipped.join()} instead of ${calm.skipped.join()}`] : []),
    ...played.log,
  ].join('\n  ');
}

export interface Search {
  readonly seed: number;
  readonly runs: number;
  /** Whether to look for a smaller story, too. */
  readonly shrinks: boolean;
  readonly where?: () => Where | Promise<Where>;
  /** So many stories at once: where most of the time is waiting. */
  readonly atOnce?: number;
}

/** Random flows, to which random things happen: what is wrong with one of them, if anything is, with the seed to have it again. */
export async function searched({ seed, runs, shrinks, where = inMemory, atOnce = 1 }: Search): Promise<string | undefined> {
  const property = fc.asyncProperty(fc.array(stories, { minLength: atOnce, maxLength: atOnce }), async (told) => {
    const wrong = await Promise.all(told.map(async (story) => wrongIn(story, await where())));
    const found = wrong.find((one) => one !== undefined);
    if (found !== undefined) throw new Error(found);
  });
  const bounds = { interruptAfterTimeLimit: MOST_MS, markInterruptAsFailure: false };
  const found = await fc.check(property, { seed, numRuns: Math.ceil(runs / atOnce), endOnFailure: !shrinks, ...bounds });
  if (found.interrupted) console.log(`${found.numRuns * atOnce} of ${runs} runs in ${MOST_MS} ms`);
  if (!found.failed) return undefined;
  const why = found.errorInstance instanceof Error ? found.errorInstance.message : String(found.errorInstance);
  return `${why}\nseed ${seed}, path ${found.counterexamplePath}: ${JSON.stringify(found.counterexample)}`;
}
