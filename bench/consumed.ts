import type { Conductor } from 'flowproof';

/** Starts them; resolves when they have done so many jobs. */
export async function consumed(works: readonly Conductor[], jobs: number): Promise<void> {
  await Promise.all(works.map((one) => one.start()));
  while (works.reduce((all, one) => all + one.state().counts.consumed, 0) < jobs) await new Promise((resolve) => setTimeout(resolve, 1));
}
