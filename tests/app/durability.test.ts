import { describe, expect, test } from 'vitest';
import { type Durability, defineTask, flowproof, linear, memory, type Persistence, type TaskContext } from '../../src/index.js';
import { type Fault, VirtualClock, withFaults } from '../../src/testing/index.js';
import { Gate } from './gate.js';

interface Services {
  readonly log: string[];
  readonly broken: Set<string>;
}
const task = (name: string) =>
  defineTask({
    name,
    execute: async (_: {}, ctx: TaskContext<Services>) => {
      ctx.services.log.push(`${name} ${ctx.path} ${ctx.idempotencyKey}`);
      if (ctx.services.broken.has(name)) throw new Error(`${name} failed`);
    },
    revert: async (_: {}, outcome, ctx: TaskContext<Services>) =>
      void ctx.services.log.push(`undo ${name} ${outcome.kind} ${ctx.revertKey}`),
  });
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const flow = NAMES.reduce((built, name) => built.add(task(name)), linear.dynamic<Services>('f')).build();

const world = (...broken: readonly string[]): Services => ({ log: [], broken: new Set(broken) });
const appOf = (persistence: Persistence, services: Services, durability: Durability) =>
  flowproof({ persistence, flows: [flow], services, durability });

async function writesOf(durability: Durability, ...broken: readonly string[]): Promise<number> {
  let writes = 0;
  const persistence = withFaults(memory(), () => {
    writes++;
    return 'pass';
  });
  await using app = appOf(persistence, world(...broken), durability);
  await app.run(flow, { id: 'r' });
  return writes;
}

test.each<[Durability, number, number]>([
  // 6 tasks, and the start; failing in `f`: 5 more reverts.
  ['step', 7, 13],
  ['relaxed', 7, 13],
  ['checkpoint', 2, 8],
  ['none', 2, 2],
])('%s: what a run of six tasks writes, forward and back', async (durability, forward, back) => {
  expect(await writesOf(durability)).toBe(forward);
  expect(await writesOf(durability, 'f')).toBe(back);
});

test('checkpoint: at most 100 steps are held back', async () => {
  let built = linear.dynamic('long');
  for (let index = 0; index < 250; index++) built = built.add(defineTask({ name: `t${index}`, execute: () => undefined }));
  const long = built.build();
  let writes = 0;
  const persistence = withFaults(memory(), () => {
    writes++;
    return 'pass';
  });
  await using app = flowproof({ persistence, flows: [long], durability: 'checkpoint' });
  expect((await app.run(long)).state).toBe('SUCCESS');
  expect(writes).toBe(4);
});

test('checkpoint: what is held back is written when a task takes longer than a second', async () => {
  const clock = new VirtualClock();
  const gate = new Gate();
  const slow = linear
    .dynamic<Services>('slow')
    .add(task('a'))
    .add(defineTask({ name: 'wait', execute: () => gate.pass() }))
    .build();
  const persistence = memory();
  await using app = flowproof({ persistence, flows: [slow], services: world(), durability: 'checkpoint', clock, leaseMs: 1_000_000 });
  const handle = await app.start(slow, { id: 'r' });
  await gate.reached;
  expect((await app.inspect('r')).atoms.map(({ state }) => state)).toEqual(['RUNNING', 'PENDING']);
  clock.advance(1_000);
  while ((await app.inspect('r')).atoms[0]?.state !== 'SUCCESS') await new Promise(setImmediate);
  gate.open();
  expect((await handle.result()).state).toBe('SUCCESS');
});

test('an app that stops writes what it held back: nothing is done twice', async () => {
  const gate = new Gate();
  const pausing = linear
    .dynamic<Services>('f')
    .add(task('a'))
    .add(defineTask({ name: 'wait', execute: () => gate.pass() }))
    .add(task('z'))
    .build();
  const persistence = memory();
  const services = world();
  const first = flowproof({ persistence, flows: [pausing], services, durability: 'none' });
  const handle = await first.start(pausing, { id: 'r' });
  await gate.reached;
  const stopped = first.stop();
  gate.open();
  await stopped;
  await expect(handle.result()).rejects.toMatchObject({ code: 'APP_STOPPED' });
  await using second = flowproof({ persistence, flows: [pausing], services, durability: 'none' });
  expect((await second.resume('r')).state).toBe('SUCCESS');
  expect(services.log.map((line) => line.split(' ')[0])).toEqual(['a', 'z']);
});

describe.each<Durability>(['step', 'checkpoint', 'none'])('%s: a death at every write', (durability) => {
  test.each([[[]], [['d']], [['f']]] as const)('with %s failing: the same end; what is done again has its key', async (broken) => {
    const calm = world(...broken);
    await using whole = appOf(memory(), calm, durability);
    const end = await whole.run(flow, { id: 'r' });
    // Of a failure after a lost call its revert is told `interrupted`.
    const workIn = (line: string): string => line.replace(/[0-9a-f]{40}/, '').replace(' interrupted ', ' failure ');
    const works = (log: readonly string[]): string[] => [...new Set(log.map(workIn))];
    for (const fault of ['die-before', 'die-after'] as const) {
      for (let at = 0; at < (await writesOf(durability, ...broken)); at++) {
        const store = memory();
        const services = world(...broken);
        const faulty = withFaults(store, (write): Fault => (write === at ? fault : 'pass'));
        let result = await Promise.race([appOf(faulty, services, durability).run(flow, { id: 'r' }), faulty.died]);
        if (result === undefined) {
          const app = appOf(store, services, durability);
          const begun = !(fault === 'die-before' && at === 0);
          result = await (begun ? app.resume(flow, 'r', { takeover: 'force' }) : app.run(flow, { id: 'r' }));
        }
        expect(result.state).toBe(end.state);
        // Each piece of work has one key, however often it was called; which is why calling it again does no harm.
        expect(works(services.log).sort(), `${fault} at ${at}`).toEqual(works(calm.log).sort());
        const repeated = services.log.length - works(services.log).length;
        if (durability === 'step') expect(repeated).toBeLessThanOrEqual(1);
      }
    }
  });
});
