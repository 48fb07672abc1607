import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/model/clock.js';
import { memory, type Offload, offloaded } from '../../src/persistence/index.js';
import { appendOne, begun, entriesOf } from '../conformance/journal/samples.js';

const LARGE = 'x'.repeat(200);
const LATER_MS = 1_900_000_000_000;

/** Keeps texts; does what the test says first. */
class Bucket implements Offload {
  readonly texts = new Map<string, string>();
  readonly calls: string[] = [];
  first: (what: string) => unknown = () => undefined;
  async put(key: string, text: string): Promise<void> {
    this.calls.push('put');
    await this.first('put');
    this.texts.set(key, text);
  }
  async get(key: string): Promise<string | undefined> {
    this.calls.push('get');
    const instead = await this.first('get');
    return instead === undefined ? this.texts.get(key) : (instead as string);
  }
  async removeAll(prefix: string): Promise<void> {
    this.calls.push(`removeAll ${prefix}`);
    await this.first('removeAll');
    for (const key of this.texts.keys()) if (key.startsWith(prefix)) this.texts.delete(key);
  }
}

async function opened(to: Offload, timeoutMs = 50) {
  const journal = offloaded(memory(), { to, over: 100, timeoutMs }).connect();
  await journal.open();
  return journal;
}

const saved = { transitions: [['SAVED', 1, LARGE]] } as const;
const NO_ANSWER = { code: 'STORE_UNREACHABLE', message: expect.stringContaining('gave no answer') };

/** A promise, and its end. */
function pending<Value>() {
  let resolve = (_: Value): void => undefined;
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

afterEach(() => void vi.restoreAllMocks());

describe('a place for large values that never answers', () => {
  test('to put: the step is not written, and is when it answers', async () => {
    const to = new Bucket();
    const journal = await opened(to);
    const run = await begun(journal);
    to.first = () => new Promise(() => undefined);
    const item = run.item(1, saved);
    expect(await journal.append([item])).toMatchObject([{ kind: 'unknown', cause: NO_ANSWER }]);
    to.first = () => undefined;
    expect(await journal.append([item])).toEqual([{ kind: 'ok' }]);
    expect(await entriesOf(journal, run.runId)).toHaveLength(2);
  });

  test('to get: the run is refused for now, with what is away', async () => {
    const to = new Bucket();
    const journal = await opened(to);
    const run = await begun(journal);
    await appendOne(journal, run.item(1, saved));
    to.first = () => new Promise(() => undefined);
    const refusal = {
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining(`run '${run.runId}' could not be read`),
      cause: NO_ANSWER,
    };
    await expect(entriesOf(journal, run.runId)).rejects.toMatchObject(refusal);
    to.first = () => undefined;
    expect(await entriesOf(journal, run.runId)).toHaveLength(2);
  });

  test('to removeAll: the prune says so, and the next one tries again', async () => {
    const to = new Bucket();
    const journal = await opened(to);
    const run = await begun(journal);
    await appendOne(journal, run.item(1, { ...saved, summary: { state: 'SUCCESS', owner: null } }));
    to.first = () => new Promise(() => undefined);
    const refusal = { code: 'STORE_UNREACHABLE', message: expect.stringContaining(run.runId) };
    await expect(journal.prune({ endedBeforeMs: LATER_MS })).rejects.toMatchObject(refusal);
    await expect(journal.prune({ endedBeforeMs: LATER_MS })).rejects.toMatchObject(refusal);
    to.first = () => undefined;
    expect(await journal.prune({ endedBeforeMs: LATER_MS })).toEqual({ runIds: [] });
    expect(to.texts.size).toBe(0);
  });
});

test('a put that is slow is not begun again by whoever asks again', async () => {
  const to = new Bucket();
  const journal = await opened(to, 60_000);
  const run = await begun(journal);
  const slow = pending<void>();
  to.first = () => slow.promise;
  const item = run.item(1, saved);
  // The wait for an answer is over before the answer is there.
  const timers: (() => void)[] = [];
  vi.spyOn(systemClock, 'after').mockImplementation((_ms, callback) => {
    timers.push(callback);
    return () => undefined;
  });
  const first = journal.append([item]);
  await vi.waitFor(() => expect(timers).not.toEqual([]));
  for (let timer = timers.shift(); timer !== undefined; timer = timers.shift()) timer();
  expect(await first).toMatchObject([{ kind: 'unknown', cause: NO_ANSWER }]);
  const second = journal.append([item]);
  slow.resolve();
  expect(await second).toEqual([{ kind: 'ok' }]);
  expect(to.calls).toEqual(['put']);
});

test('removeAll that fails for a moment is tried again', async () => {
  const to = new Bucket();
  const journal = await opened(to);
  const runs = [await begun(journal), await begun(journal)];
  for (const run of runs) await appendOne(journal, run.item(1, { ...saved, summary: { state: 'SUCCESS', owner: null } }));
  let left = 2;
  to.first = (what) => {
    if (what === 'removeAll' && left-- > 0) throw new Error('503');
  };
  expect((await journal.prune({ endedBeforeMs: LATER_MS })).runIds).toHaveLength(2);
  expect(to.texts.size).toBe(0);
});

test.each<[string, unknown, string]>([
  ['null', null, 'JOURNAL_GAP'],
  ['a number', 7, 'JOURNAL_CORRUPT'],
  ['bytes', Buffer.from(JSON.stringify(LARGE)), 'JOURNAL_CORRUPT'],
  ['another text', '"another"', 'JOURNAL_CORRUPT'],
])('a get that gives %s is refused with the place', async (_what, answer, code) => {
  const to = new Bucket();
  const journal = await opened(to);
  const run = await begun(journal);
  await appendOne(journal, run.item(1, saved));
  to.first = () => answer;
  await expect(entriesOf(journal, run.runId)).rejects.toMatchObject({ code, runId: run.runId, seq: 1 });
});

test('messages whose values are away hold up no heartbeat one after the other', async () => {
  const to = new Bucket();
  const journal = await opened(to);
  const run = await begun(journal);
  for (const id of ['m-1', 'm-2', 'm-3']) await journal.send({ id, runId: run.runId, kind: 'retryRevert', payload: `${id} ${LARGE}` });
  let waiting = 0;
  const all = pending<void>();
  to.first = async () => {
    if (++waiting === 3) all.resolve();
    await all.promise;
  };
  expect((await journal.tick({ owner: run.writer, leaseMs: 1_000, watch: [] })).messages).toHaveLength(3);
});

test.each([
  ['no put', { to: { get: async () => undefined } }],
  ['no place at all', { to: undefined }],
  ['a size that is none', { to: new Bucket(), over: Number.NaN }],
  ['a time that is none', { to: new Bucket(), timeoutMs: 0 }],
])('%s is refused', (_what, options) => {
  expect(() => offloaded(memory(), options as never)).toThrow(TypeError);
});
