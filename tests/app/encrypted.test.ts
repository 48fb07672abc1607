import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encrypted, flowproof, memory } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { bench, sixSteps, works } from './workshop.js';

const keys = [{ id: 'k1', key: randomBytes(32) }];

test('a run whose values are encrypted survives a death behind each write, and is known again by its inputs', async () => {
  const reference = bench({ d: 1 });
  await using plain = flowproof({ persistence: memory(), flows: [sixSteps], services: { bench: reference } });
  const expected = await plain.run(sixSteps, { id: 'r', inputs: { n: 1 } });
  for (let death = 0, died = true; died; death++) {
    died = false;
    const store = encrypted(memory(), { keys });
    const services = { bench: bench({ d: 1 }) };
    const faulty = withFaults(store, (write) => {
      died ||= write === death;
      return write === death ? 'die-after' : 'pass';
    });
    const first = flowproof({ persistence: faulty, flows: [sixSteps], services });
    await Promise.race([first.run(sixSteps, { id: 'r', inputs: { n: 1 } }), faulty.died]);
    await using app = flowproof({ persistence: store, flows: [sixSteps], services });
    const result = died ? await app.resume(sixSteps, 'r', { takeover: 'force' }) : await app.run(sixSteps, { id: 'r', inputs: { n: 1 } });
    const { runId: _, ...facts } = result;
    expect(facts).toEqual({ ...facts, ...withoutId(expected) });
    expect(works(services.bench.log).length).toBe(works(reference.log).length);
    expect(await app.run(sixSteps, { id: 'r', inputs: { n: 1 } })).toEqual(result);
    await expect(app.run(sixSteps, { id: 'r', inputs: { n: 2 } })).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
  }
});

test('an app without the keys leaves such a run alone', async () => {
  const store = memory();
  const faulty = withFaults(encrypted(store, { keys }), (write) => (write === 3 ? 'die-after' : 'pass'));
  const first = flowproof({ persistence: faulty, flows: [sixSteps], services: { bench: bench() } });
  await Promise.race([first.run(sixSteps, { id: 'r', inputs: { n: 1 } }), faulty.died]);
  const services = { bench: bench() };
  for (const persistence of [store, encrypted(store, { keys: [{ id: 'k2', key: randomBytes(32) }] })]) {
    await using stranger = flowproof({ persistence, flows: [sixSteps], services });
    await expect(stranger.resume('r', { takeover: 'force' })).rejects.toMatchObject({ code: 'JOURNAL_SEALED' });
    await expect(stranger.inspect('r')).rejects.toMatchObject({ code: 'JOURNAL_SEALED' });
    expect((await stranger.runs()).runs).toMatchObject([{ id: 'r', state: 'RUNNING' }]);
  }
  expect(services.bench.log).toEqual([]);
  await using app = flowproof({ persistence: encrypted(store, { keys }), flows: [sixSteps], services });
  expect((await app.resume('r', { takeover: 'force' })).state).toBe('SUCCESS');
});

function withoutId<Result extends { readonly runId: string }>({ runId: _, ...facts }: Result): Omit<Result, 'runId'> {
  return facts;
}
