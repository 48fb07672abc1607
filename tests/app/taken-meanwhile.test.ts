import { expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, type Persistence } from '../../src/index.js';
import { VirtualClock, withFaults } from '../../src/testing/index.js';
import { Gate } from './gate.js';

/** The store of a process that is slow: what it has found may not be so any more when it reads the run. */
function slowToRead(store: Persistence, gate: Gate): Persistence {
  return {
    ...store,
    connect() {
      const journal = store.connect();
      const { load } = journal;
      journal.load = async (...given) => {
        await gate.pass();
        return load.apply(journal, given);
      };
      return journal;
    },
  };
}

test('of two that go on with a run at rest the one that comes later waits for the other, and takes nothing from it', async () => {
  const [reading, working] = [new Gate(), new Gate()];
  const calls: string[] = [];
  const work = defineTask({
    name: 'work',
    execute: async (_: {}, { fence }) => {
      calls.push(`called under fence ${fence}`);
      await working.pass();
    },
  });
  const flow = linear('f').add(work).build();
  const store = memory();
  await using first = flowproof({ persistence: store, flows: [flow] });
  await first.engine(flow, { id: 'r' }).prepare();
  await using second = flowproof({ persistence: slowToRead(store, reading), flows: [flow] });
  const later = second.run(flow, { id: 'r' });
  await reading.reached;
  const sooner = first.run(flow, { id: 'r' });
  await working.reached;
  reading.open();
  await expect(second.resume(flow, 'r')).rejects.toMatchObject({ code: 'RUN_OWNED' });
  working.open();
  expect([(await sooner).state, (await later).state]).toEqual(['SUCCESS', 'SUCCESS']);
  expect(calls).toEqual(['called under fence 1']);
});

test.each([
  ['that it has begun the run', 0],
  ['that its step was written, after which a choice is asked', 1],
  ['that the choice was written', 2],
] as const)('who hears %s after others have taken it, having stood still meanwhile, calls and asks nothing', async (_, at) => {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const task = (name: string) => defineTask({ name, execute: (__: {}, { fence }) => void calls.push(`${name} under fence ${fence}`) });
  const says = (): boolean => calls.push('asked') > 0;
  const flow = linear('f').add(task('a')).when('w', [], says, task('b')).build();
  const store = memory({ clock });
  const lost = new Gate();
  const deaf = withFaults(store, (write) => {
    if (write !== at) return 'pass';
    void lost.pass();
    return 'lose-answer';
  });
  await using sleeping = flowproof({ persistence: deaf, flows: [flow], clock });
  const slept = sleeping.run(flow, { id: 'r' }).catch(({ code }) => code);
  await lost.reached;
  await using other = flowproof({ persistence: store, flows: [flow], clock });
  // The time stands still with it.
  expect(await other.resume(flow, 'r', { takeover: 'force' })).toMatchObject({ state: 'SUCCESS' });
  const before = [...calls];
  clock.advance(10_000);
  expect(await slept).toBe('STALE_RUN');
  expect(calls).toEqual(before);
});
