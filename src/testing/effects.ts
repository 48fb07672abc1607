import { inWords } from '../model/in-words.js';

/** How often each effect is there. */
export type Effects = ReadonlyMap<string, number>;

/** What of the work of runs stands in the world, such as `['charged visa', 'mailed ada']`; one that stands twice is there twice. */
export type ReadEffects = () => readonly string[] | Promise<readonly string[]>;

/** @throws TypeError when that are no texts */
export async function readEffects(read: ReadEffects): Promise<Effects> {
  const given: unknown = await read();
  const counts = new Map<string, number>();
  if (!Array.isArray(given)) throw new TypeError(`effects() gave ${inWords(given)}: give a list of texts`);
  for (const effect of given as readonly unknown[]) {
    if (typeof effect !== 'string') throw new TypeError(`effects() gave a list with ${inWords(effect)}: give texts`);
    counts.set(effect, (counts.get(effect) ?? 0) + 1);
  }
  return counts;
}

/** Those that are there more often than before. */
export function added(before: Effects, after: Effects): Effects {
  const more = new Map<string, number>();
  for (const [effect, times] of after) {
    const left = times - (before.get(effect) ?? 0);
    if (left > 0) more.set(effect, left);
  }
  return more;
}

/** The same, with each text rewritten. */
export function renamed(effects: Effects, rename: (effect: string) => string): Effects {
  const counts = new Map<string, number>();
  for (const [effect, times] of effects) counts.set(rename(effect), (counts.get(rename(effect)) ?? 0) + times);
  return counts;
}
