import { afterEach, expect, vi } from 'vitest';
import { concurrent, defineTask, flowproof, linear, memory, type Persistence } from '../../src/index.js';

export interface Inputs {
  readonly id: string;
  readonly tenant: string;
}

/** Calls that begin and end when the test says so. */
export function desk() {
  const begun: string[] = [];
  const ends = new Map<string, (fails?: boolean) => void>();
  let most = 0;
  const call = (id: string): Promise<void> => {
    begun.push(id);
    return new Promise((resolve, reject) => {
      ends.set(id, (fails = false) => {
        ends.delete(id);
        if (fails) reject(new Error('the partner is busy'));
        else resolve();
      });
      most = Math.max(most, ends.size);
    });
  };
  const under = (): readonly string[] => [...ends.keys()];
  const has = (count: number): Promise<void> => vi.waitFor(() => expect(begun.length).toBeGreaterThanOrEqual(count), WAIT);
  return { begun, call, under, has, end: (id: string, fails?: boolean) => ends.get(id)?.(fails), most: () => most };
}
export const WAIT = { timeout: 20_000, interval: 5 };

export const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

type Limits = Pick<Parameters<typeof defineTask>[0], 'retry' | 'deadlineMs'> & {
  readonly concurrency?: object | number;
  readonly rate?: object;
};

export function setUp(limits: Limits, persistence: Persistence = memory(), more: { readonly apps?: number } = {}) {
  const partner = desk();
  const bill = defineTask({
    name: 'bill',
    requires: ['id', 'tenant'],
    ...(limits as { readonly concurrency?: number }),
    execute: ({ id }: Inputs) => partner.call(id),
    revert: async () => undefined,
  });
  const flow = linear('billing').input<Inputs>().add(bill).build();
  const apps = Array.from({ length: more.apps ?? 1 }, () => {
    const app = flowproof({ persistence, flows: [flow], executor: concurrent(), graceMs: 1 });
    stops.push(() => app.stop());
    return app;
  });
  const [app] = apps as [(typeof apps)[number]];
  const start = (id: string, tenant = 'a', by = app) => by.start(flow, { id, inputs: { id, tenant } });
  const waits = (id: string, by: Pick<typeof app, 'inspect'> = app) =>
    vi.waitFor(async () => expect((await by.inspect(id)).waiting).toMatchObject({ for: 'slot', name: 'task:bill' }), WAIT);
  return { partner, bill, flow, app, apps, start, waits };
}
