import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { file, flowproof, type Persistence } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { bench, sixSteps, works } from '../app/workshop.js';
import { describePostgres } from '../support/postgres.js';

const directory = mkdtempSync(join(tmpdir(), 'flowproof-lost-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Every write is durable and none is answered: the engine lives, asks again, and does nothing twice. */
async function loseEveryAnswer(store: Persistence): Promise<void> {
  const answered = new Set<number>();
  const deaf = withFaults(store, (_, { seq }) => {
    if (answered.has(seq)) return 'pass';
    answered.add(seq);
    return 'lose-answer';
  });
  const services = { bench: bench({ e: 1 }) };
  await using app = flowproof({ persistence: deaf, flows: [sixSteps], services });
  const result = await app.run(sixSteps, { id: 'deaf', inputs: { n: 0 } });
  expect(result).toMatchObject({ state: 'SUCCESS', results: { f: 6 } });
  expect(answered.size).toBeGreaterThan(6);
  expect(services.bench.log).toEqual(services.bench.log.filter((line) => line.endsWith(' 1') || line.startsWith('revert')));
  expect(works(services.bench.log)).toHaveLength(services.bench.log.length);
}

test('files: every answer is lost once, nothing is done twice', () => loseEveryAnswer(file(directory)));

describePostgres('PostgreSQL', (database) => {
  test('every answer is lost once, nothing is done twice', () => loseEveryAnswer(postgres(database().url)));
});
