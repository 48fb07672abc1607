import { type Blow, HARMS } from './blow.js';
import { play } from './play.js';
import type { Scenario } from './scenarios.js';
import { WISHES } from './wishes.js';

/** All that may happen at one moment of a run: each wish, from here or from elsewhere, heard at once or not yet, and each harm after it. */
export const BLOWS: readonly Omit<Blow, 'moment'>[] = HARMS.flatMap((harm) => [
  ...(harm === 'none' ? [] : [{ wish: 'nothing' as const, by: 'here' as const, brought: false, harm }]),
  ...WISHES.flatMap((wish) =>
    (['here', 'elsewhere'] as const).flatMap((by) => {
      const isMessage = wish === 'cancel' || wish === 'halt' || wish === 'suspend';
      return (isMessage ? [true, false] : [false]).map((brought) => ({ wish, by, brought, harm }));
    }),
  ),
]);

/** What is wrong with a scenario that one thing happens to, if anything is: with everything that happened. */
export async function wrongWith(scenario: Scenario, blow: Blow): Promise<readonly string[]> {
  const { wrong, log, end } = await play(scenario, [blow]);
  const calm = scenario.ends.at(-1);
  const isAsExpected =
    end === calm ||
    (blow.wish === 'cancel' && (end === 'CANCELLED' || end === 'FAILURE')) ||
    // Who has asked for it may have died before it was written, and the run ended otherwise before it was read.
    (blow.wish === 'halt' && end === 'CANCELLED');
  if (wrong.length === 0 && isAsExpected) return [];
  const lines = [...wrong, ...(isAsExpected ? [] : [`it ends ${end} instead of ${calm}`]), ...log.map((line) => `  ${line}`)];
  return [[`${scenario.name}: ${JSON.stringify(blow)}`, ...lines].join('\n')];
}

/** What is wrong with one case of so many of a scenario, of each kind some. */
export async function wrongOfSome(scenario: Scenario, from: number, oneOf: number): Promise<readonly string[]> {
  const { moments } = await play(scenario, []);
  const wrong: string[] = [];
  for (let number = from; number < moments * BLOWS.length; number += oneOf) {
    const blow = BLOWS[number % BLOWS.length];
    if (blow !== undefined) wrong.push(...(await wrongWith(scenario, { ...blow, moment: Math.floor(number / BLOWS.length) })));
  }
  return wrong;
}
