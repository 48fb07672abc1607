/** Limits of tasks. */

import { defineTask, graph, linear, Task, use } from './support.js';

const bill = defineTask({
  name: 'bill',
  requires: ['tenant', 'zone?'],
  concurrency: { limit: 2, key: 'tenant' },
  rate: { limit: 100, perMs: 60_000, key: 'tenant' },
  execute: async ({ tenant }: { tenant: string; zone?: string }) => console.log(tenant),
});

@Task({ name: 'ship', requires: ['url'], concurrency: { limit: 3, key: ({ url }) => new URL(url).host } })
class Ship {
  async execute({ url }: { url: string }): Promise<void> {
    console.log(url);
  }
}

export const order = linear('order')
  .input<{ tenant: string; url: string }>()
  .add(bill, { concurrency: Number.POSITIVE_INFINITY })
  .add(Ship, { concurrency: { limit: 1, key: ({ url }) => url.length }, rate: { limit: 1, perMs: 1_000 } })
  .build();

export const both = graph('both')
  .input<{ tenant: string; url: string }>()
  .add({ one: use(bill, { concurrency: { limit: 1, key: 'tenant' } }), two: use(Ship, { concurrency: 5 }) })
  .build();
