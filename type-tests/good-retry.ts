// Retries of one's own: every way to write one, and what flows and apps make of it.
import type { Equal, Expect } from './equal.js';
import {
  type Decision,
  type DelayedRetry,
  defineRetry,
  defineTask,
  graph,
  type History,
  linear,
  type Requires,
  Retry,
  type RetryContext,
  run,
  type ServicesOf,
  unordered,
} from './support.js';

interface Quota {
  left(region: string): Promise<number>;
}

@Retry({ name: 'next-region', requires: ['regions', 'limit?'], provides: ['region'] })
export class NextRegion {
  async execute(history: History<{ region: string }>, { regions }: { regions: readonly string[] }, ctx: RetryContext<{ quota: Quota }>) {
    const tried = history.attempts.map(({ provided }) => provided.region);
    const free = await ctx.services.quota.left(regions[0] ?? '');
    return { region: regions.find((region) => !tried.includes(region) && free > 0) ?? 'none' };
  }
  onFailure(history: History<{ region: string }>, inputs: { regions: readonly string[]; limit?: number }): Decision | DelayedRetry {
    if (history.causedBy(RangeError, 1) !== undefined) return 'REVERT_ALL';
    return history.length < (inputs.limit ?? inputs.regions.length) ? { decision: 'RETRY', delayMs: 100 } : 'REVERT';
  }
  async revert(history: History<{ region: string }>) {
    history.failure?.message.trim();
  }
}

export const nextRegion = defineRetry({
  name: 'next-region',
  requires: ['regions'],
  provides: ['region'],
  execute: async (history, { regions }: { regions: readonly string[] }, ctx: RetryContext<{ quota: Quota }>) => {
    await ctx.services.quota.left(regions[0] ?? '');
    return { region: regions[history.length] ?? 'none' };
  },
  onFailure: (history, { regions }, ctx) => {
    type _ = Expect<Equal<typeof history, History<{ region: string }>>>;
    return history.length < regions.length && ctx.attempt < 9 ? 'RETRY' : 'REVERT';
  },
  revert: (history) => (history.attempts.at(-1)?.provided.region === undefined ? undefined : Promise.resolve()),
});

export const unlessRefused = defineRetry({
  name: 'unless-refused',
  onFailure: async (history) => (history.causedBy('Refused') ? 'REVERT' : { decision: 'RETRY', delayMs: 5 }),
});

export class Thrice {
  onFailure(history: History): Decision {
    return history.length < 3 ? 'RETRY' : 'REVERT_LOCAL';
  }
}

@Retry()
export class Made {
  constructor(readonly max: number) {}
  onFailure({ length }: History): Decision {
    return length < this.max ? 'RETRY' : 'REVERT';
  }
}

export const make = defineTask({
  name: 'make',
  requires: ['region'],
  provides: ['server'],
  execute: ({ region }: { region: string }) => ({ server: `in ${region}` }),
});

const flow = linear('own').input<{ regions: string[] }>().retry(NextRegion).add(make).build();
export type A = Expect<Equal<keyof ServicesOf<typeof flow>, 'quota'>>;
const twin = graph('twin').input<{ regions: readonly string[] }>().retry(nextRegion).add({ make }).build();
export type B = Expect<Equal<keyof ServicesOf<typeof twin>, 'quota'>>;
const open = unordered.open('open').retry(NextRegion).add(make).build();
export type C = Expect<Equal<Requires<typeof open>, { regions: readonly string[]; limit?: number }>>;
export const nested = linear('nested').retry(new Thrice()).input<{ regions: string[]; limit: number }>().add(open).build();

export const simple = [
  linear('a').retry(Thrice).input<{ region: string }>().add(make).build(),
  linear('b').retry(unlessRefused).build(),
  linear('c')
    .retry({ onFailure: () => 'REVERT' as const })
    .build(),
  linear('d').retry(Made).build(),
  linear.dynamic<{ quota: Quota }>('e').retry(NextRegion).retry(Thrice).build(),
];

declare const quota: Quota;
run(flow, { inputs: { regions: ['eu'] }, services: { quota } });
run(linear('made').retry(Made).build(), { resolve: () => new Made(3) });
