import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { formatLine, parseLine } from '../../src/persistence/file/log/log-line.js';
import { file, type Journal, pruneAll } from '../../src/persistence/index.js';
import { appendOne, begun, entriesOf, load, type SampleRun, sampleRun } from '../conformance/journal/samples.js';
import { segmentsIn, temporaryDirectory } from './file-rig.js';

const LATER_MS = 1_900_000_000_000;
const LINE_END = 0x0a;

let directory: string;
let warnings: string[];
beforeEach(async () => {
  directory = await temporaryDirectory();
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((warning, ...rest: unknown[]) => {
    if ((rest[0] as { type?: string }).type === 'FlowproofWarning') warnings.push(String(warning));
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

async function opened(segmentBytes = 1_000_000): Promise<Journal> {
  const journal = file(directory, { segmentBytes }).connect();
  await journal.open();
  return journal;
}

async function only(): Promise<string> {
  const [path = ''] = await segmentsIn(directory);
  return path;
}

const end = (journal: Journal, run: SampleRun, seq: number) =>
  appendOne(journal, run.item(seq, { transitions: [['RUN', 'SUCCESS']], summary: { state: 'SUCCESS', owner: null } }));

const keysIn = async (journal: Journal) => (await journal.runs({})).runs.map(({ key }) => key);

/** A log with records of all types; what is behind `size` shows that all before it was on disk. */
async function sampleLog() {
  const journal = await opened();
  const runs = [await begun(journal, 2, { inputs: { other: 'x' }, logbook: 'shop' }), await begun(journal, 1)] as const;
  const gone = await begun(journal);
  await end(journal, gone, 1);
  await journal.send({ id: 'm-1', runId: runs[1].runId, kind: 'suspend', payload: { why: 'test' } });
  await appendOne(journal, runs[0].item(3, { transitions: [['SUCCESS', 1, 'Zoë']] }));
  await journal.prune({ endedBeforeMs: LATER_MS });
  await appendOne(journal, runs[1].item(2));
  const path = await only();
  const size = (await readFile(path)).length;
  await journal.saveLogbook({ name: 'proof', metadata: {} });
  await journal.close();
  const whole = await readFile(path);
  /** The line that this byte is in. */
  const lineAt = (at: number) => whole.toString('utf8', whole.lastIndexOf(LINE_END, at - 1) + 1, whole.indexOf(LINE_END, at));
  return { path, whole, size, runs, lineAt };
}

describe('a damaged byte', () => {
  test('costs the run in whose line it is, and no other, wherever it is', async () => {
    const { path, whole, size, runs, lineAt } = await sampleLog();
    let refused = 0;
    for (let at = 0; at < size; at += 9) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x41, at);
      await writeFile(path, bytes);
      const line = lineAt(at);
      const journal = file(directory).connect();
      const whatHappened = await journal.open().catch((error: { code: string }) => error.code);
      expect(await readFile(path)).toEqual(bytes);
      if (whatHappened !== undefined) {
        expect(whatHappened).toBe('JOURNAL_CORRUPT');
        refused++;
        continue;
      }
      const keys = await keysIn(journal);
      for (const [index, run] of runs.entries()) {
        const its = line.includes(run.runId) || line.includes('"type":"shape"');
        const found = await entriesOf(journal, run.runId).then(
          (entries) => entries.length,
          (error: { code: string; runId: string }) => (error.runId === run.runId ? error.code : 'of another run'),
        );
        // A line whose text is whole although its header was damaged costs nothing.
        expect(its ? [4 - index, 'JOURNAL_CORRUPT', 'JOURNAL_GAP'] : [4 - index], `byte ${at}`).toContain(found);
        // Nobody can begin a run of this key a second time.
        expect(await journal.find({ key: run.create.key })).toBeDefined();
        expect(keys).toContain(run.create.key);
      }
      await journal.close();
    }
    // Where so much of a line is made unreadable that it might be any run's.
    expect(refused).toBeLessThan(size / 9 / 50);
  }, 60_000);

  test('in the shape of a flow costs its runs, until a run of the flow brings it back', async () => {
    const { path, whole } = await sampleLog();
    const at = whole.indexOf('"manifest"') + 20;
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(path, bytes);
    const journal = await opened();
    const [first] = (await journal.runs({})).runs;
    await expect(journal.load(first?.runId ?? '')).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', runId: first?.runId });
    await begun(journal);
    expect(await entriesOf(journal, first?.runId ?? '')).not.toEqual([]);
    await journal.close();
  });
});

describe('a damaged run', () => {
  test('is listed as FAILURE and refused with its place; the others go on, and a warning names it', async () => {
    let journal = await opened();
    const runs = [await begun(journal, 3, { key: 'good' }), await begun(journal, 3, { key: 'bad' })] as const;
    await journal.send({ id: 'm-1', runId: runs[1].runId, kind: 'suspend' });
    await appendOne(journal, runs[0].item(4));
    await journal.close();
    const path = await only();
    const bytes = await readFile(path);
    const [, , , third = 0] = startsOf(bytes, runs[1].runId);
    bytes.write('XX', bytes.indexOf('RUNNING', third));
    await writeFile(path, bytes);
    journal = await opened();
    expect(warnings).toEqual([expect.stringContaining("'bad'. All others are whole")]);
    expect(await journal.find({ key: 'bad' })).toMatchObject({ runId: runs[1].runId, state: 'FAILURE', flow: 'provision' });
    expect((await journal.runs({ states: ['FAILURE'] })).runs.map(({ key }) => key)).toEqual(['bad']);
    const refusal = { code: 'JOURNAL_CORRUPT', runId: runs[1].runId, seq: 3, message: expect.stringContaining(path) };
    await expect(journal.load(runs[1].runId)).rejects.toMatchObject(refusal);
    expect(await journal.createRun(sampleRun({ key: 'bad' }).create)).toMatchObject({ kind: 'exists', run: { runId: runs[1].runId } });
    expect((await journal.tick({ owner: runs[1].writer, leaseMs: 1_000, watch: [] })).messages).toEqual([]);
    expect(await appendOne(journal, runs[0].item(5))).toBe('ok');
    expect((await journal.prune({ endedBeforeMs: LATER_MS })).runIds).toEqual([]);
    expect((await journal.prune({ endedBeforeMs: LATER_MS, states: ['FAILURE'] })).runIds).toEqual([runs[1].runId]);
    await journal.close();
    warnings = [];
    journal = await opened();
    expect(warnings).toEqual([]);
    expect(await keysIn(journal)).toEqual(['good']);
    await journal.close();
  });

  test.each([
    ['what it began with', 0, 'JOURNAL_GAP', 0],
    ['an entry', 2, 'JOURNAL_GAP', 2],
  ] as const)('of which %s is missing is listed and refused', async (_what, seq, code, at) => {
    let journal = await opened();
    const [bad, good] = [await begun(journal, 4), await begun(journal, 4)];
    await journal.close();
    await edit(({ entry }) => entry?.runId !== bad.runId || entry.seq !== seq);
    journal = await opened();
    expect((await journal.runs({})).runs.map(({ runId }) => runId)).toEqual([good.runId, bad.runId]);
    await expect(journal.load(bad.runId)).rejects.toMatchObject({ code, runId: bad.runId, seq: at });
    expect(await entriesOf(journal, good.runId)).toHaveLength(5);
    await journal.close();
  });

  test('with a state that no run has is listed and refused', async () => {
    let journal = await opened();
    const [bad, worse, good] = [await begun(journal, 1), await begun(journal), await begun(journal, 1)];
    await appendOne(journal, worse.item(1, { summary: { state: 'SUSPENDED' } }));
    await journal.close();
    await edit((meta) => {
      if (meta.entry?.runId === bad.runId && meta.run !== undefined) meta.run.state = 'DONE';
      if (meta.entry?.runId === worse.runId && meta.change !== undefined) meta.change.summary = { state: 'LOST' };
      return true;
    });
    journal = await opened();
    for (const { runId } of [bad, worse]) {
      expect(await journal.find({ runId })).toMatchObject({ state: 'FAILURE' });
      await expect(journal.load(runId)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', runId });
    }
    expect(await entriesOf(journal, good.runId)).toHaveLength(2);
    await journal.close();
  });

  test('is whole again where a snapshot came after what is damaged', async () => {
    let journal = await opened();
    const run = await begun(journal, 3);
    await appendOne(journal, { entry: run.entry(4, [['SNAPSHOT', {}]], { kind: 'snapshot' }), durability: 'full' });
    await appendOne(journal, run.item(5));
    await journal.close();
    await edit(({ entry }) => entry?.seq !== 2);
    journal = await opened();
    expect((await entriesOf(journal, run.runId)).map(({ seq }) => seq)).toEqual([4, 5]);
    expect(await journal.find({ runId: run.runId })).toMatchObject({ state: 'RUNNING' });
    await journal.close();
  });
});

test('bytes that don’t say any more whose they were: the directory is refused, and nothing is changed', async () => {
  const { path, whole, runs } = await sampleLog();
  const [, second = 0] = startsOf(whole, runs[0].runId);
  for (const damage of [
    (bytes: Buffer) => bytes.fill(0, second + 20, second + 420),
    (bytes: Buffer) => bytes.fill('x', second, second + 200),
  ]) {
    const bytes = Buffer.from(whole);
    damage(bytes);
    await writeFile(path, bytes);
    await expect(opened()).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      message: expect.stringContaining(`'${path}' is damaged at byte`),
    });
    expect(await readFile(path)).toEqual(bytes);
  }
});

describe('compaction', () => {
  const SEGMENT_BYTES = 3_000;

  /** Ends and prunes so many runs that the log is written anew. */
  async function compacted(journal: Journal): Promise<void> {
    for (let index = 0; index < 30; index++) await end(journal, await begun(journal, 5), 6);
    await pruneAll(journal, { endedBeforeMs: LATER_MS });
    await journal.close();
    expect((await segmentsIn(directory)).map((path) => basename(path))[0]).toMatch(/^journal-00000001-\d{8}\.log$/);
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
    expect(warnings).toEqual([expect.stringContaining("'bad'")]);
    expect(await again.find({ key: 'bad' })).toMatchObject({ runId: bad.runId, state: 'FAILURE' });
    await expect(again.load(bad.runId)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', runId: bad.runId });
    expect(await entriesOf(again, good.runId)).toHaveLength(4);
    expect((await readdir(directory)).filter((name) => name.endsWith('.damaged'))).toHaveLength(1);
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
    expect(warnings).toEqual([]);
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

/** Where the lines about a run begin. */
function startsOf(bytes: Buffer, runId: string): readonly number[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(runId); at >= 0; at = bytes.indexOf(runId, at + 1)) {
    const start = bytes.lastIndexOf(LINE_END, at) + 1;
    if (starts.at(-1) !== start) starts.push(start);
  }
  return starts;
}

interface Meta {
  readonly entry?: { readonly runId: string; readonly seq: number };
  readonly run?: { state: string };
  readonly change?: { summary?: unknown };
}

/** Changes the log as a person with an editor would, checksums included. */
async function edit(keep: (meta: Meta) => boolean): Promise<void> {
  const path = await only();
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  const edited = lines.flatMap((text) => {
    const line = parseLine(Buffer.from(text));
    if (line === undefined) throw new Error(`not a line: ${text}`);
    const meta = JSON.parse(line.meta) as Meta;
    return keep(meta) ? [formatLine({ ...line, meta: JSON.stringify(meta) })] : [];
  });
  await writeFile(path, Buffer.concat(edited));
}
