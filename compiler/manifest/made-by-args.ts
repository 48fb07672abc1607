import type { Place } from '../findings/place.js';
import type { ProjectReading } from '../reading/index.js';
import { placeOf } from '../source/index.js';

/** Factories whose flows only the args of each run know, as far as it can be seen; and where each is made. */
export function madeByArgs({ flows, factories }: Pick<ProjectReading, 'flows' | 'factories'>): ReadonlyMap<string, Place> {
  const byArgs = factories.filter(({ name }) => {
    const [first, ...others] = flows.filter((flow) => flow.name === name);
    const isAlwaysAlike = first !== undefined && others.length === 0 && first.gaps.length === 0 && first.assumptions.length === 0;
    return !isAlwaysAlike;
  });
  return new Map(byArgs.map(({ name, at }) => [name, placeOf(at)]));
}
