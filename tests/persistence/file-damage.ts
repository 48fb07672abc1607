import { readFile, writeFile } from 'node:fs/promises';
import { formatLine, parseLine } from '../../src/persistence/file/log/log-line.js';
import { file, type Journal } from '../../src/persistence/index.js';
import { appendOne, type SampleRun } from '../conformance/journal/samples.js';
import { segmentsIn } from './file-rig.js';

export const LATER_MS = 1_900_000_000_000;
export const LINE_END = 0x0a;
export const setup = { directory: '', warnings: [] as string[] };

export async function opened(segmentBytes = 1_000_000): Promise<Journal> {
  const journal = file(setup.directory, { segmentBytes }).connect();
  await journal.open();
  return journal;
}

export async function only(): Promise<string> {
  const [path = ''] = await segmentsIn(setup.directory);
  return path;
}

export const end = (journal: Journal, run: SampleRun, seq: number) =>
  appendOne(journal, run.item(seq, { transitions: [['RUN', 'SUCCESS']], summary: { state: 'SUCCESS', owner: null } }));

/** Where the lines about a run begin. */
export function startsOf(bytes: Buffer, runId: string): readonly number[] {
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
export async function edit(keep: (meta: Meta) => boolean): Promise<void> {
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
