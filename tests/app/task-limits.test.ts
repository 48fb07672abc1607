import { expect, test } from 'vitest';
import { concurrent, defineTask, flowproof, linear, memory, unordered } from '../../src/index.js';

test('no more calls are under way than the limit says, over apps of one store', async () => {
  let [now, most] = [0, 0];
  const bill = defineTask({
    name: 'bill',
    requires: ['tenant'],
    concurrency: { limit: 2, key: 'tenant' },
    execute: async ({ tenant: _ }: { tenant: string }) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now--;
    },
  });
  const flow = unordered('billing').input<{ tenant: string }>().add(bill).add(bill, { name: 'b' }).add(bill, { name: 'c' }).build();
  const persistence = memory();
  const apps = [1, 2, 3].map(() => flowproof({ persistence, flows: [flow], executor: concurrent() }));
  const runs = apps.flatMap((app, a) => [1, 2, 3, 4].map((n) => app.run(flow, { id: `${a}-${n}`, inputs: { tenant: 'a' } })));
  const results = await Promise.all(runs);
  expect(results.map(({ state }) => state)).toEqual(Array(12).fill('SUCCESS'));
  expect(most).toBe(2);
  await Promise.all(apps.map((app) => app.stop()));
});
