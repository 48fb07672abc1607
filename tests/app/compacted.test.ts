import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encrypted, file, flowproof, linear, type Persistence, times } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { bench, step, works } from './workshop.js';

/** Fails so often that its journal is mostly history. */
const stubborn = linear('stubborn')
  .input<{ n: number }>()
  .retry(times(60))
  .add(step('a'), { provides: { out: 'a' } })
  .add(step('b'), { rebind: { n: 'a' }, provides: { out: 'b' } })
  .build();
const FAILING = { b: 50 };
const WRITES_BETWEEN_DEATHS = 37;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flowproof-compacted-'));
});
afterEach(() => rm(directory, { recursive: true }));

const around: readonly (readonly [what: string, wrap: (persistence: Persistence) => Persistence])[] = [
  ['as it is', (persistence) => persistence],
  ['encrypted', (persistence) => encrypted(persistence, { keys: [{ id: 'k1', key: KEY }] })],
];
const KEY = randomBytes(32);

test.each(around)('a run that dies again and again goes on from snapshots in files that were written anew: %s', async (_what, wrap) => {
  const services = { bench: bench(FAILING) };
  // One value for all: what the dead hold of it is never let go of in this process.
  const store = wrap(file(directory, { segmentBytes: 3_000 }));
  let deaths = 0;
  for (let ended = false; !ended; ) {
    let died = false;
    const faulty = withFaults(store, (write) => {
      died ||= write === WRITES_BETWEEN_DEATHS;
      return write === WRITES_BETWEEN_DEATHS ? 'die-after' : 'pass';
    });
    const app = flowproof({ persistence: faulty, flows: [stubborn], services, snapshotAfter: 10 });
    const known = deaths > 0;
    const going = known ? app.resume('r', { takeover: 'force' }) : app.run(stubborn, { id: 'r', inputs: { n: 1 } });
    const result = await Promise.race([going, faulty.died]);
    ended = result !== undefined;
    if (result !== undefined) expect(result).toMatchObject({ state: 'SUCCESS', results: { a: 2, b: 3 } });
    if (died) deaths++;
    else await app.stop();
  }
  expect(deaths).toBeGreaterThan(2);
  await vi.waitFor(async () => {
    const names = (await readdir(directory)).filter((name) => name.startsWith('journal-'));
    expect(names.some((name) => /^journal-\d{8}-\d{8}\.log$/.test(name))).toBe(true);
    expect(names.length).toBeLessThan(8);
  });
  expect(works(services.bench.log).filter((line) => line.startsWith('b '))).toHaveLength(51);
  const journal = store.connect();
  await journal.open();
  const run = await journal.find({ key: 'r' });
  expect(run?.state).toBe('SUCCESS');
  const loaded = await journal.load(run?.runId ?? '');
  for await (const [first] of loaded?.entries ?? []) {
    expect(first?.kind).toBe('snapshot');
    break;
  }
  await journal.close();
});
