import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { file, type Journal } from '../../src/persistence/index.js';
import { appendOne, begun, entriesOf, sampleRun } from '../conformance/journal/samples.js';
import { edit, end, LATER_MS, LINE_END, only, opened, setup, startsOf } from './file-damage.js';
import { temporaryDirectory } from './file-rig.js';

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
      const journal = file(setup.directory).connect();
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
  });

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
    expect(setup.warnings).toEqual([expect.stringContaining("'bad'. All others are whole")]);
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
    setup.warnings = [];
    journal = await opened();
    expect(setup.warnings).toEqual([]);
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
