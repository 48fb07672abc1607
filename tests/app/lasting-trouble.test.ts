import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defineTask, file, flowproof, linear, memory, type Persistence, PersistenceError } from '../../src/index.js';

/** Longer than any test may take: whoever waits for the store so long fails. */
const STORE_TIMEOUT_MS = 600_000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flowproof-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const flow = linear('three')
  .add(defineTask({ name: 'a', execute: async () => {} }))
  .add(defineTask({ name: 'b', execute: async () => {} }))
  .build();
const appOn = (persistence: Persistence) => flowproof({ persistence, flows: [flow], storeTimeoutMs: STORE_TIMEOUT_MS });

/** A store in memory that gives no answer to its writes from one on, and says why. */
function silent(from: number, cause: unknown): { readonly store: Persistence; mend(): void } {
  const store = memory();
  let writes = 0;
  let isMended = false;
  const answers = () => isMended || writes++ < from;
  return {
    mend: () => {
      isMended = true;
    },
    store: {
      ...store,
      connect() {
        const journal = store.connect();
        const { createRun, append } = journal;
        return Object.assign(Object.create(journal), {
          capabilities: journal.capabilities,
          open: () => journal.open(),
          close: () => journal.close(),
          load: journal.load.bind(journal),
          find: journal.find.bind(journal),
          tick: journal.tick.bind(journal),
          release: journal.release.bind(journal),
          createRun: async (run: never) => (answers() ? createRun.call(journal, run) : { kind: 'unknown', cause }),
          append: async (items: never[]) => (answers() ? append.call(journal, items) : items.map(() => ({ kind: 'unknown', cause }))),
        });
      },
    },
  };
}

test.each([
  0, 1, 2,
])('a run whose store says that waiting does not help ends at once, with what the store says (write %i)', async (from) => {
  const { store, mend } = silent(from, new PersistenceError('STORE_SCHEMA', 'the tables are gone'));
  const app = appOn(store);
  await expect(app.run(flow, { id: 'r' })).rejects.toMatchObject({
    code: 'STORE_SCHEMA',
    message: expect.stringContaining('the tables are gone'),
  });
  mend();
  expect(await app.run(flow, { id: 'r' })).toMatchObject({ state: 'SUCCESS' });
  await app.stop();
});

test('a directory that can’t be one is said at once', async () => {
  const path = join(directory, 'a-file');
  await writeFile(path, '');
  const app = appOn(file(join(path, 'below')));
  const refusal = {
    code: 'STORE_REFUSED',
    message: expect.stringContaining(`'${join(path, 'below')}' can't be opened, and waiting does not help`),
  };
  await expect(app.run(flow)).rejects.toMatchObject(refusal);
  await app.stop();
});

test('a run whose directory was removed does not say SUCCESS', async () => {
  const app = appOn(file(directory));
  expect(await app.run(flow, { id: '1' })).toMatchObject({ state: 'SUCCESS' });
  await rm(directory, { recursive: true });
  await expect(app.run(flow, { id: '2' })).rejects.toMatchObject({ code: 'STORE_GONE' });
  await app.stop();
});
