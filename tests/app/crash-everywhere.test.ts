import { expect, test } from 'vitest';
import { flowproof, memory, type Persistence } from '../../src/index.js';
import { type Fault, withFaults } from '../../src/testing/index.js';
import { type Bench, bench, sixSteps, works } from './workshop.js';

const SCENARIOS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  forward: {},
  'a retry that helps': { d: 1 },
  'all the way back': { f: 1 },
  'a retry that gives up': { e: 2 },
};

const id = 'r';
const inputs = { n: 0 };

/** Runs until the end, or until the process "dies"; the dead one never answers again. */
async function once(persistence: Persistence & { died?: Promise<void> }, services: { bench: Bench }, takeover: boolean): Promise<unknown> {
  const app = flowproof({ persistence, flows: [sixSteps], services, storeTimeoutMs: 1_000 });
  const run = takeover ? app.resume(sixSteps, id, { takeover: 'force' }) : app.run(sixSteps, { inputs, id });
  return Promise.race([run, persistence.died ?? new Promise(() => undefined)]);
}

async function countWrites(
  failing: Readonly<Record<string, number>>,
): Promise<{ writes: number; end: unknown; done: string[]; calls: number }> {
  let writes = 0;
  const services = { bench: bench(failing) };
  const end = await once(
    withFaults(memory(), () => {
      writes++;
      return 'pass';
    }),
    services,
    false,
  );
  return { writes, end, done: works(services.bench.log), calls: services.bench.log.length };
}

/** Keys and ids differ from run to run: what is compared is the rest. */
function shape(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result, (key, value) => (key === 'stack' || key === 'attempt' ? undefined : value)));
}
function names(done: readonly string[]): string[] {
  return done.map((line) => line.replace(/ [0-9a-f]{40}-\d+/, ''));
}

for (const [name, failing] of Object.entries(SCENARIOS)) {
  for (const fault of ['die-before', 'die-after', 'lose-answer'] as const) {
    test(`${name}: ${fault} at every write`, async () => {
      const reference = await countWrites(failing);
      for (let at = 0; at < reference.writes; at++) {
        const store = memory();
        const services = { bench: bench(failing) };
        const faulty = withFaults(store, (write): Fault => (write === at ? fault : 'pass'));
        let end = await once(faulty, services, false);
        if (end === undefined) {
          // A run that died before its first write was never begun: then the same call begins it.
          const begun = !(fault === 'die-before' && at === 0);
          end = await once(store, services, begun);
        }
        expect(shape(end), `write ${at}`).toEqual(shape(reference.end));
        const { log } = services.bench;
        expect(names(works(log)), `write ${at}`).toEqual(names(reference.done));
        // What is called twice was in flight, and has the same key: so it is the same work.
        expect(log.length - works(log).length, `write ${at}`).toBeLessThanOrEqual(fault === 'lose-answer' ? 0 : 1);
      }
    });
  }
}

test('without the takeover the run would not go on: the check can fail', async () => {
  const store = memory();
  const services = { bench: bench() };
  const end = await once(
    withFaults(store, (write) => (write === 3 ? 'die-after' : 'pass')),
    services,
    false,
  );
  expect(end).toBeUndefined();
  expect(names(works(services.bench.log))).toEqual(['a', 'b', 'c']);
});
