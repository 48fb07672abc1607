import { open, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defineTask, file, flowproof, linear } from '../../src/index.js';
import { appendOne, begun, entriesOf } from '../conformance/journal/samples.js';
import { temporaryDirectory } from './file-rig.js';

/** A busy disk of the tests' own needs 50 ms at times. */
const TIMEOUT_MS = 500;
const HANGS = { code: 'STORE_UNREACHABLE', message: expect.stringContaining(`gave no answer for ${TIMEOUT_MS} ms`) };

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

const store = () => file(directory, { timeoutMs: TIMEOUT_MS });

async function opened() {
  const journal = store().connect();
  await journal.open();
  return journal;
}

/** From now on the disk gives no answer to this, until the returned function is called. */
async function hang(what: 'write' | 'datasync' | 'read'): Promise<() => void> {
  vi.restoreAllMocks();
  const handle = await open(directory, 'r');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const real = prototype[what] as (...args: unknown[]) => Promise<unknown>;
  let answer = (): void => undefined;
  const answers = new Promise<void>((resolve) => {
    answer = resolve;
  });
  vi.spyOn(prototype, what).mockImplementation(async function (this: typeof handle, ...args: unknown[]) {
    await answers;
    return Reflect.apply(real, this, args) as never;
  } as never);
  return answer;
}

describe('a disk that hangs', () => {
  test.each(['write', 'datasync'] as const)('in %s: nobody is told that anything is kept; what it does in the end counts', async (what) => {
    const journal = await opened();
    const run = await begun(journal, 1);
    const answer = await hang(what);
    const item = run.item(2);
    expect(await journal.append([item])).toMatchObject([{ kind: 'unknown', cause: HANGS }]);
    await expect(journal.send({ id: 'm', runId: run.runId, kind: 'suspend' })).rejects.toMatchObject(HANGS);
    await expect(journal.prune({ endedBeforeMs: 1 })).rejects.toMatchObject(HANGS);
    answer();
    await vi.waitFor(async () => expect(await appendOne(journal, item)).toBe('mine'));
    expect(await entriesOf(journal, run.runId)).toHaveLength(3);
    await journal.close();
  });

  test('holds up no close; the directory is given free when what it does is known', async () => {
    const journal = await opened();
    const run = await begun(journal, 1);
    const answer = await hang('datasync');
    expect(await journal.append([run.item(2)])).toMatchObject([{ kind: 'unknown' }]);
    await journal.close();
    await expect(opened()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    answer();
    const again = await vi.waitFor(opened, { timeout: 40_000 });
    expect(await entriesOf(again, run.runId)).toHaveLength(3);
    await again.close();
  });

  test('in a read: whoever reads is told', async () => {
    const journal = await opened();
    const run = await begun(journal, 1);
    const answer = await hang('read');
    await expect(entriesOf(journal, run.runId)).rejects.toMatchObject(HANGS);
    answer();
    expect(await entriesOf(journal, run.runId)).toHaveLength(2);
    await journal.close();
  });

  test('while it is opened: whoever opens is told, may try again, and leaves nothing behind', async () => {
    const before = await opened();
    const run = await begun(before, 1);
    await before.close();
    const persistence = store();
    const [one, other] = [persistence.connect(), persistence.connect()];
    const answer = await hang('read');
    await expect(one.open()).rejects.toMatchObject(HANGS);
    await expect(other.open()).rejects.toMatchObject(HANGS);
    answer();
    await other.open();
    expect(await entriesOf(other, run.runId)).toHaveLength(2);
    await other.close();
    const abandoned = await hang('read');
    await expect(one.open()).rejects.toMatchObject(HANGS);
    abandoned();
    const last = await vi.waitFor(opened, { timeout: 40_000 });
    await last.close();
  });

  test('ends a run, which stays as it was, and holds up no app that stops', async () => {
    const flow = linear('one')
      .add(defineTask({ name: 'wait', execute: async () => {} }))
      .build();
    const app = flowproof({ persistence: store(), flows: [flow], storeTimeoutMs: 1_500, graceMs: 50 });
    await app.run(flow, { id: 'before' });
    const answer = await hang('datasync');
    await expect(app.run(flow, { id: 'during' })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    const running = app.run(flow, { id: 'stopped' }).catch((error: { code: string }) => error.code);
    await app.stop();
    expect(await running).toMatch(/STORE_UNREACHABLE|APP_STOPPED/);
    answer();
  });
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('a timeout of %s is refused', (timeoutMs) => {
  expect(() => file(directory, { timeoutMs })).toThrow(TypeError);
});
