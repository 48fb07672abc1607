import { expect, vi } from 'vitest';

/** Of modules of `src`, by their path there without `.js`: what stands in the place of functions that they export. */
export type Mutant = Readonly<Record<string, object>>;

/**
 * What `search` gives while parts of the sources are replaced: `search` imports what it calls. Fails when something is to be
 * replaced that is not there any more, or has another name: that would be no mutant.
 */
export async function withMutant<Found>(mutant: Mutant, search: () => Promise<Found>): Promise<Found> {
  vi.resetModules();
  const replaced: string[] = [];
  for (const [module, instead] of Object.entries(mutant)) {
    vi.doMock(`../../src/${module}.js`, async (original) => {
      const real = (await original()) as object;
      replaced.push(...Object.keys(instead).filter((name) => name in real));
      return { ...real, ...instead };
    });
  }
  try {
    const found = await search();
    expect(replaced.sort()).toEqual(Object.values(mutant).flatMap(Object.keys).sort());
    return found;
  } finally {
    for (const module of Object.keys(mutant)) vi.doUnmock(`../../src/${module}.js`);
    vi.resetModules();
  }
}
