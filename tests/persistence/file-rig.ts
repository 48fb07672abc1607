import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatLine, parseLine } from '../../src/persistence/file/log/log-line.js';
import { type FileOptions, file, type Persistence } from '../../src/persistence/index.js';
import { OpenedJournals } from '../conformance/journal/opened-journals.js';
import type { JournalRig, Tampering } from '../conformance/journal.js';
import { stoppedClock } from './memory-rig.js';

export async function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'flowproof-test-'));
}

/** `around` lets a test put something between the store and the cases. */
export async function fileRig(
  options: FileOptions = {},
  around = (persistence: Persistence): Persistence => persistence,
): Promise<JournalRig> {
  const directory = await temporaryDirectory();
  const clock = stoppedClock();
  const persistence = around(file(join(directory, 'deep', 'store'), { clock, ...options }));
  const opened = new OpenedJournals(persistence);
  const { connect, reopen } = opened;
  return {
    journal: await connect(),
    second: connect,
    reopen,
    async tamper(tampering) {
      await opened.closeAll();
      for (const path of await segmentsIn(join(directory, 'deep', 'store'))) await rewrite(path, tampering);
      return connect();
    },
    leaseMs: 1_000,
    afterLease: async () => clock.advance(1_001),
    async close() {
      await opened.closeAll();
      await rm(directory, { recursive: true });
    },
  };
}

/** The files of a log, in order. */
export async function segmentsIn(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('journal-') && name.endsWith('.log'));
  return names.sort().map((name) => join(directory, name));
}

/** Changes one entry as a person with an editor would, checksums included. */
async function rewrite(path: string, { runId, seq, change }: Tampering): Promise<void> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  const rewritten = lines.flatMap((text) => {
    const line = parseLine(Buffer.from(text));
    if (line === undefined) throw new Error(`not a line: ${text}`);
    const meta = JSON.parse(line.meta) as { entry?: { runId: string; seq: number } };
    if (meta.entry?.runId !== runId || meta.entry.seq !== seq) return [formatLine(line)];
    if (change === 'remove') return [];
    const { transitions = line.body, ...entry } = change;
    return [formatLine({ ...line, meta: JSON.stringify({ ...meta, entry: { ...meta.entry, ...entry } }), body: transitions })];
  });
  await writeFile(path, Buffer.concat(rewritten));
}
