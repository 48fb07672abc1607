import { expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, type Persistence, type TaskContext, times } from '../../src/index.js';
import { type Fault, withFaults } from '../../src/testing/index.js';

type Services = { failures: number; log: string[] };
const first = defineTask({
  name: 'first',
  provides: ['n'],
  execute: (_: {}, ctx: TaskContext<Services>) => {
    ctx.services.log.push(`first ${ctx.idempotencyKey.slice(-2)}`);
    return { n: 1 };
  },
});
const unlucky = defineTask({
  name: 'unlucky',
  requires: ['n'],
  execute: (_: { n: number }, ctx: TaskContext<Services>) => {
    if (ctx.services.failures-- > 0) throw new Error('not yet');
  },
});
const flow = linear('again')
  .add(defineTask({ name: 'before', provides: ['b'], execute: () => ({ b: 'kept' }) }))
  .add(linear.open('inner').retry(times(100)).add(first).add(unlucky).build())
  .build();

const appOf = (persistence: Persistence, services: Services) => flowproof({ persistence, flows: [flow], services, snapshotAfter: 20 });

async function entriesOf(persistence: Persistence): Promise<{ read: number; last: number; firstKind: string | undefined }> {
  const journal = persistence.connect();
  const run = await journal.find({ key: 'r' });
  const loaded = await journal.load(run?.runId ?? '');
  const entries = [];
  if (loaded !== undefined) for await (const page of loaded.entries) entries.push(...page);
  return { read: entries.length, last: entries.at(-1)?.seq ?? -1, firstKind: entries[0]?.kind };
}

test('a run that tries again and again is read from its last snapshot', async () => {
  const persistence = memory();
  await using app = appOf(persistence, { failures: 60, log: [] });
  expect(await app.run(flow, { id: 'r' })).toMatchObject({ state: 'SUCCESS', results: { b: 'kept', n: 1 } });
  const { read, last, firstKind } = await entriesOf(persistence);
  expect(firstKind).toBe('snapshot');
  expect(last).toBeGreaterThan(100);
  expect(read).toBeLessThanOrEqual(21);
  expect(await app.inspect('r')).toMatchObject({ state: 'SUCCESS', inputs: {}, atoms: [{ result: { b: 'kept' } }, {}, {}, {}] });
  expect(await app.resume('r')).toMatchObject({ results: { b: 'kept', n: 1 } });
});

test('one that goes through its tasks once needs none', async () => {
  let long = linear.dynamic('long');
  for (let index = 0; index < 100; index++) long = long.add(defineTask({ name: `t${index}`, execute: () => undefined }));
  const built = long.build();
  const persistence = memory();
  await using app = flowproof({ persistence, flows: [built], snapshotAfter: 20 });
  await app.run(built, { id: 'r' });
  expect(await entriesOf(persistence)).toMatchObject({ read: 101, firstKind: 'step' });
});

for (const fault of ['die-before', 'die-after', 'lose-answer'] as const) {
  test(`${fault} at every snapshot: the run goes on, and nothing of it is another`, async () => {
    const reference = memory();
    const calm: Services = { failures: 30, log: [] };
    await using whole = appOf(reference, calm);
    const end = await whole.run(flow, { id: 'r' });
    let snapshots = 0;
    const count = (_: number, { kind }: { kind: string }): Fault => {
      if (kind === 'snapshot') snapshots++;
      return 'pass';
    };
    await appOf(withFaults(memory(), count), { failures: 30, log: [] }).run(flow, { id: 'r' });
    expect(snapshots).toBeGreaterThan(2);
    for (let at = 1; at <= snapshots; at++) {
      const store = memory();
      const services: Services = { failures: 30, log: [] };
      let seen = 0;
      const faulty = withFaults(store, (_, { kind }): Fault => (kind === 'snapshot' && ++seen === at ? fault : 'pass'));
      const broken = appOf(faulty, services);
      let result = await Promise.race([broken.run(flow, { id: 'r' }), faulty.died]);
      if (result === undefined) result = await appOf(store, services).resume(flow, 'r', { takeover: 'force' });
      expect(JSON.stringify(result)).toEqual(JSON.stringify(end));
      expect(services.log).toEqual(calm.log);
    }
  });
}
