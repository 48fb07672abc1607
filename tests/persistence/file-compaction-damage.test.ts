import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Journal, pruneAll } from '../../src/persistence/index.js';
import { appendOne, begun, entriesOf, load, type SampleRun } from '../conformance/journal/samples.js';
import { edit, end, LATER_MS, only, opened, setup, startsOf } from './file-damage.js';
import { segmentsIn, temporaryDirectory } from './file-rig.js';

beforeEach(async () => {
  setup.directory = await temporaryDirectory();
  setup.warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((warning, ...rest: unknown[]) => {
    if ((rest[0] as { type?: string }).type === 'FlowproofWarning') setup.warnings.push(String(warning));
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(setup.directory, { recursive: true });
});

describe('compaction', () => {
  const SEGMENT_BYTES = 3_000;

  /** Ends and prunes so many runs that the log is written anew. */
  async function compacted(journal: Journal): Promise<void> {
    for (let index = 0; index < 30; index++) await end(journal, await begun(journal, 5), 6);
    await pruneAll(journal, { endedBeforeMs: LATER_MS });
    await journal.close();
    expect((await segmentsIn(setup.directory)).map((path) => basename(path))[0]).toMatch(/^journal-00000001-\d{8}\.log$/);
  }

  async function whatIs(journal: Journal, runs: readonly SampleRun[]) {
    return Promise.all(
      runs.map(async ({ runId }) => ({
        summary: await journal.find({ runId }),
        entries: await entriesOf(journal, runId).catch(({ code, message }: { code: string; message: string }) => `${code} ${message}`),
      })),
    );
  }

  test('keeps what is known of damaged runs, time after time, and sets the damaged file aside', async () => {
    let journal = await opened();
    const runs = [await begun(journal, 3), await begun(journal, 3), await begun(journal, 3), await begun(journal, 3)] as const;
    const [good, broken, beheaded, begins] = runs;
    await journal.close();
    await edit(({ entry }) => entry?.runId !== beheaded.runId || entry.seq !== 0);
    const path = await only();
    const bytes = await readFile(path);
    const [, , third = 0] = startsOf(bytes, broken.runId);
    for (const at of [third, startsOf(bytes, begins.runId)[0] ?? 0]) bytes.write('XX', bytes.indexOf('RUNNING', at));
    await writeFile(path, bytes);
    journal = await opened(SEGMENT_BYTES);
    const before = await whatIs(journal, runs);
    expect(before.map(({ entries }) => (typeof entries === 'string' ? entries.split(' ')[0] : entries.length))).toEqual([
      4,
      'JOURNAL_CORRUPT',
      'JOURNAL_GAP',
      'JOURNAL_CORRUPT',
    ]);
    for (let times = 0; times < 3; times++) {
      await compacted(journal);
      journal = await opened(SEGMENT_BYTES);
      expect(await whatIs(journal, runs)).toEqual(before);
    }
    expect(await readFile(`${path}.damaged`)).toEqual(bytes);
    expect(await appendOne(journal, good.item(4))).toBe('ok');
    await journal.close();
  });

  test('finds damage that came while the log was open, and it costs that run only', async () => {
    const journal = await opened(SEGMENT_BYTES);
    const [good, bad] = [await begun(journal, 3), await begun(journal, 3, { key: 'bad' })];
    const path = await only();
    const bytes = await readFile(path);
    const handle = await open(path, 'r+');
    await handle.write('XX', bytes.lastIndexOf('RUNNING'));
    await handle.close();
    await compacted(journal);
    const again = await opened(SEGMENT_BYTES);
    expect(setup.warnings).toEqual([expect.stringContaining("'bad'")]);
    expect(await again.find({ key: 'bad' })).toMatchObject({ runId: bad.runId, state: 'FAILURE' });
    await expect(again.load(bad.runId)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', runId: bad.runId });
    expect(await entriesOf(again, good.runId)).toHaveLength(4);
    expect((await readdir(setup.directory)).filter((name) => name.endsWith('.damaged'))).toHaveLength(1);
    await again.close();
  });

  test('of a run that is begun in an old file, ended in the new one and pruned meanwhile leaves a log that opens', async () => {
    const journal = await opened(SEGMENT_BYTES);
    const [long, kept] = [await begun(journal, 1), await begun(journal, 1)];
    for (let index = 0; index < 30; index++) await end(journal, await begun(journal, 5), 6);
    const gate = await slowReads();
    await pruneAll(journal, { endedBeforeMs: LATER_MS });
    await gate.reached;
    await end(journal, long, 2);
    expect((await journal.prune({ endedBeforeMs: LATER_MS })).runIds).toEqual([long.runId]);
    gate.open();
    await journal.close();
    const again = await opened(SEGMENT_BYTES);
    expect(setup.warnings).toEqual([]);
    expect((await again.runs({})).runs.map(({ runId }) => runId)).toEqual([kept.runId]);
    expect((await load(again, kept.runId)).summary.state).toBe('RUNNING');
    await again.close();
  });
});

/** Holds up the first read, which is that of a shape by the compaction. */
async function slowReads() {
  const handle = await open(await only(), 'r');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const { read } = prototype;
  let [reach, release] = [() => {}, () => {}];
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  vi.spyOn(prototype, 'read').mockImplementation(async function (this: typeof handle, ...args: unknown[]) {
    reach();
    await released;
    return Reflect.apply(read, this, args) as never;
  } as never);
  return { reached, open: release };
}
