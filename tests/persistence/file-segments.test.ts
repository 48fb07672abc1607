import { copyFile, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { file, type Journal, pruneAll } from '../../src/persistence/index.js';
import { appendOne, begun, entriesOf, load, type SampleRun } from '../conformance/journal/samples.js';
import { childPrograms } from './child.js';
import { segmentsIn, temporaryDirectory } from './file-rig.js';

const SEGMENT_BYTES = 4_000;
const LATER_MS = 1_800_000_000_000;

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => rm(directory, { recursive: true }));

async function opened(segmentBytes = SEGMENT_BYTES): Promise<Journal> {
  const journal = file(directory, { segmentBytes }).connect();
  await journal.open();
  return journal;
}

async function bytes(): Promise<number> {
  // One that is removed while we look has no size.
  const sizeOf = (path: string) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  const sizes = await Promise.all((await segmentsIn(directory)).map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const names = async () => (await segmentsIn(directory)).map((path) => path.slice(directory.length + 1));

const snapshotOf = (run: SampleRun, seq: number) =>
  ({ entry: run.entry(seq, [['SNAPSHOT', { upTo: seq }]], { kind: 'snapshot' }), durability: 'full' }) as const;

async function end(journal: Journal, run: SampleRun, seq: number): Promise<void> {
  const entry = run.entry(seq, [['RUN', 'SUCCESS']]);
  await journal.append([{ entry, durability: 'full', summary: { state: 'SUCCESS', owner: null } }]);
}

describe('a log', () => {
  test('goes on in a new file when one is full, and is whole when opened anew', async () => {
    let journal = await opened();
    const run = await begun(journal, 100);
    const paths = await segmentsIn(directory);
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths.slice(0, -1)) expect((await stat(path)).size).toBeLessThan(SEGMENT_BYTES + 1_000);
    const before = await Promise.all(paths.slice(0, -1).map((path) => readFile(path)));
    await journal.close();
    journal = await opened();
    expect(await entriesOf(journal, run.runId)).toHaveLength(101);
    expect(await appendOne(journal, run.item(101))).toBe('ok');
    await journal.close();
    expect(await Promise.all(paths.slice(0, -1).map((path) => readFile(path)))).toEqual(before);
  });

  test('is refused when one of its files is missing, or is shorter than when it was sealed', async () => {
    const journal = await opened();
    const run = await begun(journal, 60);
    await journal.close();
    const [first = '', second = ''] = await segmentsIn(directory);
    const refuses = async (path: string) =>
      expect(opened()).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', message: expect.stringContaining(path) });
    for (const path of [first, second]) {
      await rename(path, `${path}.away`);
      await refuses(path);
      await rename(`${path}.away`, path);
    }
    const whole = await readFile(second);
    await writeFile(second, whole.subarray(0, -60));
    await refuses(second);
    expect(await readFile(second)).toEqual(whole.subarray(0, -60));
    await writeFile(second, whole);
    const again = await opened();
    expect(await entriesOf(again, run.runId)).toHaveLength(61);
    await again.close();
  });

  test('of before there were segments is adopted', async () => {
    let journal = await opened(1_000_000);
    const run = await begun(journal, 3);
    await journal.close();
    await rename(join(directory, 'journal-00000001.log'), join(directory, 'journal.log'));
    journal = await opened();
    expect(await entriesOf(journal, run.runId)).toHaveLength(4);
    await journal.close();
    expect(await names()).toEqual(['journal-00000001.log']);
  });
});

describe('compaction', () => {
  test('gives back the space of runs that were pruned, and keeps all others', async () => {
    let journal = await opened();
    const kept = await begun(journal, 20);
    await journal.send({ id: 'm-1', runId: kept.runId, kind: 'suspend', payload: { why: 'kept' } });
    for (let index = 0; index < 30; index++) await end(journal, await begun(journal, 9), 10);
    const before = await bytes();
    expect(await pruneAll(journal, { endedBeforeMs: LATER_MS })).toBe(30);
    expect(await appendOne(journal, kept.item(21))).toBe('ok');
    await journal.close();
    expect(await bytes()).toBeLessThan(before / 4);
    for (let times = 0; times < 2; times++) {
      journal = await opened();
      expect((await journal.runs({})).runs.map(({ runId }) => runId)).toEqual([kept.runId]);
      expect((await entriesOf(journal, kept.runId)).map(({ seq }) => seq)).toEqual(Array.from({ length: 22 }, (_, seq) => seq));
      expect((await load(journal, kept.runId)).inbox).toMatchObject([{ id: 'm-1', payload: { why: 'kept' } }]);
      await journal.close();
    }
  });

  test('drops what is before a snapshot, and the run is what it was: state, owner, end, inbox, tail', async () => {
    let journal = await opened();
    const run = await begun(journal);
    const heir = run.by('11111111-1111-4111-8111-111111111111');
    await appendOne(journal, heir.item(1, { epoch: 1, summary: { state: 'SUSPENDED', owner: heir.writer } }));
    let largest = 0;
    for (let seq = 2; seq < 400; seq++) {
      const item = seq % 10 === 0 ? { ...snapshotOf(heir, seq) } : heir.item(seq, { epoch: 1 });
      expect(await appendOne(journal, { ...item, entry: { ...item.entry, epoch: 1 } })).toBe('ok');
      largest = Math.max(largest, await bytes());
    }
    expect(largest).toBeLessThan(6 * SEGMENT_BYTES);
    for (let times = 0; times < 2; times++) {
      expect(await journal.find({ runId: run.runId })).toMatchObject({ state: 'SUSPENDED', owner: { id: heir.writer } });
      expect((await entriesOf(journal, run.runId)).map(({ seq }) => seq)).toEqual([390, 391, 392, 393, 394, 395, 396, 397, 398, 399]);
      await journal.close();
      journal = await opened();
    }
    expect(await appendOne(journal, heir.item(398, { epoch: 1 }))).toBe('stale');
    expect(await appendOne(journal, run.item(400))).toBe('stale');
    expect(await appendOne(journal, heir.item(400, { epoch: 1 }))).toBe('ok');
    await journal.close();
  });

  test('keeps when a run ended, also when the entry that said so is gone', async () => {
    let journal = await opened();
    const run = await begun(journal);
    const at = run.create.entry.atMs + 5_000_000;
    const entry = run.entry(1, [['RUN', 'SUCCESS']], { atMs: at });
    await journal.append([{ entry, durability: 'full', summary: { state: 'SUCCESS', owner: null } }]);
    for (let seq = 2; seq < 100; seq++) await appendOne(journal, snapshotOf(run, seq));
    await journal.close();
    expect((await names()).some((name) => /-\d{8}-\d{8}\./.test(name))).toBe(true);
    journal = await opened();
    expect((await journal.prune({ endedBeforeMs: at })).runIds).toEqual([]);
    expect((await journal.prune({ endedBeforeMs: at + 1 })).runIds).toEqual([run.runId]);
    await journal.close();
  });

  test('moves what somebody reads at this moment, and tells a reader of what is gone', async () => {
    const journal = await opened();
    const run = await begun(journal, 300);
    const gone = await begun(journal, 300);
    await end(journal, gone, 301);
    const [reader, late] = [await load(journal, run.runId), await load(journal, gone.runId)];
    const pages = reader.entries[Symbol.asyncIterator]();
    const latePages = late.entries[Symbol.asyncIterator]();
    const seqs = [...(await pages.next()).value.map(({ seq }: { seq: number }) => seq)];
    await latePages.next();
    for (let index = 0; index < 60; index++) await end(journal, await begun(journal, 9), 10);
    await pruneAll(journal, { endedBeforeMs: LATER_MS });
    const merged = expect.stringMatching(/^journal-00000001-\d{8}\.log$/);
    const alone = [merged, expect.stringMatching(/^journal-\d{8}\.log$/)];
    await vi.waitFor(async () => expect(await names()).toEqual(alone), { timeout: 40_000 });
    await expect(latePages.next()).rejects.toMatchObject({ code: 'JOURNAL_GAP' });
    for (let page = await pages.next(); page.done !== true; page = await pages.next()) seqs.push(...page.value.map(({ seq }) => seq));
    expect(seqs).toEqual(Array.from({ length: 301 }, (_, seq) => seq));
    await journal.close();
  });

  test('that was killed at any moment leaves a log that is whole', async () => {
    let journal = await opened();
    const kept = await begun(journal, 20);
    for (let index = 0; index < 30; index++) await end(journal, await begun(journal, 9), 10);
    await journal.close();
    const old = await segmentsIn(directory);
    const aside = await temporaryDirectory();
    for (const path of old) await copyFile(path, join(aside, path.slice(directory.length + 1)));
    journal = await opened();
    await pruneAll(journal, { endedBeforeMs: LATER_MS });
    await journal.close();
    const merged = (await names()).find((name) => /-\d{8}-/.test(name)) ?? '';
    expect(merged).not.toBe('');
    const whole = await readFile(join(directory, merged));
    const check = async (expected: number) => {
      journal = await opened(1_000_000);
      expect((await journal.runs({})).runs).toHaveLength(expected);
      expect(await entriesOf(journal, kept.runId)).toHaveLength(21);
      await journal.close();
    };
    // Published, and some of the replaced files are still there.
    for (let left = old.length; left >= 1; left--) {
      for (const path of old.slice(old.length - left)) await copyFile(join(aside, path.slice(directory.length + 1)), path);
      await check(1);
      for (const path of old) await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    }
    // Not published: the draft is half there, and does not count.
    await rename(join(directory, merged), join(aside, 'merged'));
    for (const path of old) await copyFile(join(aside, path.slice(directory.length + 1)), path);
    await writeFile(join(directory, `${merged}.new`), whole.subarray(0, whole.length / 2));
    const active = (await names()).filter((name) => !old.includes(join(directory, name)));
    for (const name of active) await rm(join(directory, name));
    await check(31);
    await expect(stat(join(directory, `${merged}.new`))).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(aside, { recursive: true });
  });

  test('that can’t write harms nobody, and is tried again', async () => {
    const journal = await opened();
    const kept = await begun(journal, 20);
    for (let index = 0; index < 30; index++) await end(journal, await begun(journal, 9), 10);
    const { open } = await import('node:fs/promises');
    const handle = await open(join(directory, 'probe'), 'w');
    const sync = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'sync');
    await handle.close();
    // The first one is of the new segment, the second one of what takes the place of the others.
    sync.mockImplementationOnce(async () => undefined).mockRejectedValueOnce(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    await pruneAll(journal, { endedBeforeMs: LATER_MS });
    await vi.waitFor(() => expect(sync.mock.calls.length).toBeGreaterThanOrEqual(2), { timeout: 40_000 });
    sync.mockRestore();
    expect(await entriesOf(journal, kept.runId)).toHaveLength(21);
    expect((await names()).some((name) => /-\d{8}-/.test(name))).toBe(false);
    for (let seq = 21; seq < 80; seq++) expect(await appendOne(journal, kept.item(seq))).toBe('ok');
    await journal.close();
    expect((await names()).some((name) => /-\d{8}-/.test(name))).toBe(true);
    const again = await opened();
    expect(await entriesOf(again, kept.runId)).toHaveLength(80);
    await again.close();
  });
});

describe('a process that is killed while segments come and go', () => {
  test('has lost nothing that was acknowledged, and left nothing that was pruned', async () => {
    const start = await childPrograms(directory);
    const store = join(directory, 'store');
    const program = `
      import { randomUUID } from 'node:crypto';
      import { file, pruneAll } from './persistence.mjs';
      const journal = file(${JSON.stringify(store)}, { segmentBytes: 2000 }).connect();
      await journal.open();
      const shape = { fingerprint: 'f', atoms: [['a', 'task']], manifest: {} };
      const writer = randomUUID();
      for (let n = 0; ; n++) {
        const runId = randomUUID();
        const entry = (seq, transitions, kind = 'step') => ({ runId, seq, epoch: 0, kind, writer, stepId: '000000000000', format: 1, atMs: 1000, transitions });
        const created = ['CREATED', { key: runId, flow: 'f', version: 1, fingerprint: 'f', inputs: {}, inputsHash: 'h' }];
        await journal.createRun({ entry: entry(0, [created]), key: runId, flow: 'f', version: 1, inputsHash: 'h', state: 'RUNNING', owner: writer, shape });
        for (let seq = 1; seq <= 5; seq++) {
          const one = seq === 3 ? entry(seq, [['SNAPSHOT', {}]], 'snapshot') : entry(seq, [['RUNNING', 0]]);
          const last = seq === 5 && n % 3 !== 0;
          await journal.append([{ entry: one, durability: 'full', ...(last ? { summary: { state: 'SUCCESS', owner: null } } : {}) }]);
          console.log('kept ' + runId + ' ' + seq);
        }
        if (n % 5 === 4) await pruneAll(journal, { endedBeforeMs: 2000, onBatch: (ids) => console.log(ids.map((id) => 'gone ' + id).join(',')) });
      }`;
    const tails = new Map<string, number>();
    const gone = new Set<string>();
    let merges = 0;
    for (let round = 0; round < 12; round++) {
      const child = await start(program);
      const note = (line: string): void => {
        for (const word of line.split(',')) {
          const [what, runId = '', seq] = word.split(' ');
          if (what === 'kept') tails.set(runId, Number(seq));
          else gone.add(runId);
        }
      };
      for (let lines = 0; lines < 40 + round * 17; lines++) note(await child.line());
      await child.kill();
      // It may have gone on while this process was reading: it has said so.
      for await (const line of child.lines()) note(line);
      merges += (await segmentsIn(store)).filter((path) => /-\d{8}-\d{8}\.log$/.test(path)).length;
      const journal = file(store, { segmentBytes: 2_000 }).connect();
      await journal.open();
      for (const runId of gone) expect(await journal.find({ runId })).toBeUndefined();
      for (const [runId, tail] of tails) {
        if (gone.has(runId)) continue;
        const loaded = await journal.load(runId);
        // What the process pruned without having been able to say so is whole and gone, too.
        if (loaded === undefined) {
          expect(tail).toBe(5);
          continue;
        }
        const seqs = (await entriesOf(journal, runId)).map(({ seq }) => seq);
        expect(seqs.at(-1)).toBeGreaterThanOrEqual(tail);
        expect(seqs[0]).toBe((seqs.at(-1) ?? 0) >= 3 ? 3 : 0);
      }
      await journal.close();
    }
    expect(merges).toBeGreaterThan(0);
    expect(gone.size).toBeGreaterThan(50);
  });
});
