import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** One published file. */
export interface FileEntry {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** What the journal keeps of a manifest: the list itself can have a million lines, so it is a file. */
export interface Manifest {
  /** Relative to the target. */
  readonly path: string;
  readonly sha256: string;
  readonly files: number;
  readonly bytes: number;
  /** Links and other special files, which are not published. */
  readonly skipped: number;
}

/** A manifest has one line of JSON for each file. */
export function manifestLine(entry: FileEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** The files of a manifest, one at a time. Throws at its end when it is not the manifest that `expected` names. */
export async function* readManifest(file: string, expected: Manifest): AsyncGenerator<FileEntry> {
  const hash = createHash('sha256');
  for await (const line of lines(createReadStream(file, 'utf8'))) {
    hash.update(`${line}\n`);
    yield JSON.parse(line) as FileEntry;
  }
  if (hash.digest('hex') !== expected.sha256) throw new Error(`${file} is not the manifest that the scan wrote`);
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const all = (rest + chunk).split('\n');
    rest = all.pop() ?? '';
    yield* all;
  }
}
