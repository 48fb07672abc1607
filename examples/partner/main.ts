/** A partner that takes two calls at once from each tenant: whoever has more to say waits, and holds up nobody else. */
import { setImmediate as turn } from 'node:timers/promises';
import { concurrent, defineTask, flowproof, memory, unordered } from 'flowproof';

const underWay = new Map<string, number>();
const most = new Map<string, number>();

const callPartner = defineTask({
  name: 'call-partner',
  requires: ['tenant', 'part'],
  concurrency: { limit: 2, key: 'tenant' },
  execute: async ({ tenant }: { tenant: string; part: number }) => {
    const count = (underWay.get(tenant) ?? 0) + 1;
    underWay.set(tenant, count);
    most.set(tenant, Math.max(most.get(tenant) ?? 0, count));
    for (let waits = 0; waits < 20; waits++) await turn();
    underWay.set(tenant, (underWay.get(tenant) ?? 0) - 1);
  },
});

const report = unordered('report')
  .input<{ tenant: string }>()
  .add(callPartner, { name: 'orders', inject: { part: 1 } })
  .add(callPartner, { name: 'returns', inject: { part: 2 } })
  .add(callPartner, { name: 'stock', inject: { part: 3 } })
  .build();

// Two apps, as two processes would be: they share a store, and with it the limit.
const persistence = memory();
const apps = [1, 2].map(() => flowproof({ persistence, flows: [report], executor: concurrent() }));
const runs = ['acme', 'acme', 'acme', 'bolt'].map((tenant, n) => apps[n % 2]?.run(report, { inputs: { tenant } }));
const states = (await Promise.all(runs)).map((run) => run?.state);

console.log(`runs: ${states.join(', ')}`);
for (const tenant of ['acme', 'bolt']) console.log(`${tenant}: at most ${most.get(tenant)} calls at once`);

const [app] = apps;
await app?.limits.set('task:call-partner', { concurrency: 1 });
most.clear();
await app?.run(report, { inputs: { tenant: 'acme' } });
for (const { name, key, concurrency, code } of (await app?.limits.list()) ?? [])
  console.log(`${name} by ${key}: ${concurrency}, by the code ${code?.concurrency}; at most ${most.get('acme')} at once`);
for (const one of apps) await one.stop();
