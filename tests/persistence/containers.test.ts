import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { file } from '../../src/persistence/index.js';
import { entriesOf } from '../conformance/journal/samples.js';
import { container } from '../support/container.js';
import { type Child, childPrograms, type RunProgram } from './child.js';
import { temporaryDirectory } from './file-rig.js';

const WITHIN = { timeout: 40_000 };

let directory: string;
let run: RunProgram;
const children: Child[] = [];
beforeAll(async () => {
  directory = await temporaryDirectory();
  run = await childPrograms(directory);
});
afterAll(async () => {
  for (const child of children) await child.kill();
  await rm(directory, { recursive: true });
});

/** Begins runs until it is killed, and says which ones are kept. */
async function writer(store: string): Promise<Child> {
  const program = `
    import { randomUUID } from 'node:crypto';
    import { file } from './persistence.mjs';
    const journal = file(${JSON.stringify(store)}).connect();
    try {
      await journal.open();
    } catch (error) {
      console.log(process.pid + ' ' + error.code + ' ' + error.message);
      process.exit(0);
    }
    console.log(process.pid + ' open');
    const shape = { fingerprint: 'f', atoms: [['a', 'task']], manifest: {} };
    for (;;) {
      const runId = randomUUID();
      const created = ['CREATED', { key: runId, flow: 'f', version: 1, fingerprint: 'f', inputs: {}, inputsHash: 'h' }];
      const entry = { runId, seq: 0, epoch: 0, kind: 'step', writer: runId, stepId: '000000000000', format: 1, atMs: 1000, transitions: [created] };
      const { kind } = await journal.createRun({ entry, key: runId, flow: 'f', version: 1, inputsHash: 'h', state: 'RUNNING', owner: runId, shape });
      if (kind === 'created') console.log(runId);
    }`;
  const child = await run(program, container);
  children.push(child);
  return child;
}

test.skipIf(container === undefined)(
  'of two containers on one directory one has it, the other is refused, and after SIGKILL the next one takes over (needs namespaces)',
  async () => {
    const store = join(directory, 'store');
    const first = await writer(store);
    expect(await first.line()).toBe('1 open');
    const kept: string[] = [];
    for (let count = 0; count < 20; count++) kept.push(await first.line());
    const second = await writer(store);
    expect(await second.line()).toMatch(/^1 STORE_LOCKED '.*' is held by process 1 of '.*', another container or machine: stop it/);
    for (let count = 0; count < 20; count++) kept.push(await first.line());
    await expect(file(store).connect().open()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await first.kill();
    const third = await vi.waitFor(async () => {
      const child = await writer(store);
      expect(await child.line()).toBe('1 open');
      return child;
    }, WITHIN);
    for (let count = 0; count < 20; count++) kept.push(await third.line());
    await third.kill();
    const journal = file(store).connect();
    await vi.waitFor(() => journal.open(), WITHIN);
    for (const runId of kept) expect(await entriesOf(journal, runId)).toHaveLength(1);
    await journal.close();
  },
);
