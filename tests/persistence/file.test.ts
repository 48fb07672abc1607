import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { file, type Journal } from '../../src/persistence/index.js';
import { appendOne, begun, entriesOf } from '../conformance/journal/samples.js';
import { describeJournal } from '../conformance/journal.js';
import { fileRig, temporaryDirectory } from './file-rig.js';

describeJournal('file', () => fileRig());
describeJournal('file in tiny segments', () => fileRig({ segmentBytes: 600 }));

let directory: string;
let log: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  log = join(directory, 'journal-00000001.log');
});
afterEach(() => rm(directory, { recursive: true }));

async function opened(): Promise<Journal> {
  const journal = file(directory).connect();
  await journal.open();
  return journal;
}

describe('the end of the log', () => {
  test('is cut where it is torn, at every byte of the last record', async () => {
    let journal = await opened();
    const run = await begun(journal, 1);
    const before = (await stat(log)).size;
    const item = run.item(2, { transitions: [['SUCCESS', 1, 'Zoë']] });
    await appendOne(journal, item);
    await journal.close();
    const whole = await readFile(log);
    for (let size = before; size < whole.length; size++) {
      await writeFile(log, whole.subarray(0, size));
      journal = await opened();
      expect((await entriesOf(journal, run.runId)).map(({ seq }) => seq)).toEqual([0, 1]);
      expect((await stat(log)).size).toBe(before);
      expect(await appendOne(journal, item)).toBe('ok');
      await journal.close();
      expect((await readFile(log)).subarray(0, before)).toEqual(whole.subarray(0, before));
    }
  });

  test.each(['zeros', 'noise'])('is cut where it is %s', async (what) => {
    let journal = await opened();
    const run = await begun(journal, 2);
    await journal.close();
    const garbage = what === 'zeros' ? Buffer.alloc(5_000) : Buffer.from('deadbeef 12 40 {"type":"en\n\n{}\nx'.repeat(50));
    await writeFile(log, Buffer.concat([await readFile(log), garbage]));
    journal = await opened();
    expect(await entriesOf(journal, run.runId)).toHaveLength(3);
    expect(await appendOne(journal, run.item(3))).toBe('ok');
    await journal.close();
  });

  test('is cut as a whole when the first of several records that were written together is torn', async () => {
    let journal = await opened();
    const runs = [await begun(journal, 1), await begun(journal, 1), await begun(journal, 1)] as const;
    const before = (await stat(log)).size;
    await journal.append(runs.map((run) => run.item(2)));
    await journal.close();
    const bytes = await readFile(log);
    bytes.fill(0, before + 40, before + 60);
    await writeFile(log, bytes);
    journal = await opened();
    for (const { runId } of runs) expect(await entriesOf(journal, runId)).toHaveLength(2);
    expect((await stat(log)).size).toBe(before);
    await journal.close();
  });
});

describe('damage before the end', () => {
  test('that comes while the log is open is refused when it is read', async () => {
    const journal = await opened();
    const run = await begun(journal, 2);
    const bytes = await readFile(log);
    const handle = await open(log, 'r+');
    await handle.write('XX', bytes.lastIndexOf('RUNNING'));
    await handle.close();
    await expect(entriesOf(journal, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' });
    await journal.close();
  });

  test.each([['someone’s notes\n'], ['']])('a file that is no journal is left alone: %j', async (text) => {
    await writeFile(log, text);
    await expect(opened()).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' });
    expect(await readFile(log, 'utf8')).toBe(text);
  });

  test('a log of a newer format is refused', async () => {
    const { formatLine } = await import('../../src/persistence/file/log/log-line.js');
    await writeFile(log, formatLine({ durable: 0, meta: '{"type":"log","format":2}', body: '' }));
    await expect(opened()).rejects.toMatchObject({ code: 'JOURNAL_TOO_NEW' });
  });
});

describe('the disk', () => {
  test('is waited for before a full append is answered, once for all that waits', async () => {
    const journal = await opened();
    const runs = [];
    for (let index = 0; index < 10; index++) runs.push(await begun(journal));
    const { datasync, write } = await spies();
    await journal.append(runs.map((run) => run.item(1)));
    expect([write.mock.calls.length, datasync.mock.calls.length]).toEqual([1, 1]);
    await Promise.all(runs.map((run) => journal.append([run.item(2)])));
    expect([write.mock.calls.length, datasync.mock.calls.length]).toEqual([2, 2]);
    await journal.append(runs.map((run) => run.item(3, { durability: 'relaxed' })));
    expect([write.mock.calls.length, datasync.mock.calls.length]).toEqual([3, 2]);
    await journal.send({ id: 'm', runId: runs[0]?.runId ?? '', kind: 'suspend' });
    await begun(journal);
    expect(datasync.mock.calls.length).toBe(4);
    await journal.close();
  });

  test('when it is full, the append is unknown, nothing is half there, and the same item works later', async () => {
    const journal = await opened();
    const run = await begun(journal, 1);
    const { write } = await spies();
    const item = run.item(2);
    const size = (await stat(log)).size;
    write.mockImplementationOnce(async function (this: { write(...args: unknown[]): unknown }, ...args: unknown[]) {
      await this.write(args[0], 0, 20, size);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    } as never);
    expect(await journal.append([item])).toMatchObject([{ kind: 'unknown', cause: { code: 'ENOSPC' } }]);
    expect((await stat(log)).size).toBe(size);
    expect(await appendOne(journal, item)).toBe('ok');
    await journal.close();
  });

  test('after a sync that failed nothing more is promised until the log is opened anew', async () => {
    const journal = await opened();
    const run = await begun(journal, 1);
    const { datasync } = await spies();
    datasync.mockRejectedValueOnce(Object.assign(new Error('i/o error'), { code: 'EIO' }));
    const item = run.item(2);
    expect(await journal.append([item])).toMatchObject([{ kind: 'unknown', cause: { code: 'STORE_UNREACHABLE', cause: { code: 'EIO' } } }]);
    expect(await journal.append([item])).toMatchObject([{ kind: 'unknown' }]);
    await journal.close();
    const again = await opened();
    expect(await appendOne(again, item)).toBe('mine');
    await again.close();
  });

  async function spies() {
    const handle = await open(log, 'r');
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    return { datasync: vi.spyOn(prototype, 'datasync'), write: vi.spyOn(prototype, 'write') };
  }
  afterEach(() => vi.restoreAllMocks());
});

test('does nothing more once closed, while another connection of the same value goes on', async () => {
  const persistence = file(directory);
  const [one, other] = [persistence.connect(), persistence.connect()];
  await Promise.all([one.open(), other.open(), one.open()]);
  const run = await begun(one);
  const late = one.append([run.item(1)]);
  await one.close();
  await one.close();
  expect(await late).toEqual([{ kind: 'ok' }]);
  await expect(one.append([run.item(2)])).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  expect(await appendOne(other, run.item(2))).toBe('ok');
  await other.close();
  await one.open();
  expect(await entriesOf(one, run.runId)).toHaveLength(3);
  await one.close();
});
