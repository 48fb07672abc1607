import type { FileHandle } from 'node:fs/promises';
import { PersistenceError } from '../../model/errors.js';
import { type LogLine, parseLine } from './log-line.js';

const CHUNK = 1 << 20;
const LINE_END = 0x0a;

/** What a scan comes to. */
export interface ScanResult {
  /** How many bytes of the file are good. */
  readonly end: number;
  /** Whether there is anything after them. */
  readonly torn: boolean;
}

/**
 * Gives every whole line to `onLine`. What is broken at the end was being written when the machine stopped, and nobody
 * was told that it is kept: it doesn't count. Broken lines that a later one knows to have been on disk are damage.
 * @throws PersistenceError `JOURNAL_CORRUPT`
 */
export async function scanLog(
  handle: FileHandle,
  path: string,
  onLine: (line: LogLine, offset: number, length: number) => void,
): Promise<ScanResult> {
  let end = 0;
  let brokenAt: number | undefined;
  for await (const { bytes, offset, ended } of linesOf(handle)) {
    const line = ended ? parseLine(bytes) : undefined;
    if (line === undefined) {
      brokenAt ??= offset;
    } else if (brokenAt === undefined) {
      const length = bytes.length + 1;
      onLine(line, offset, length);
      end = offset + length;
    } else if (line.durable > brokenAt) {
      throw new PersistenceError(
        'JOURNAL_CORRUPT',
        `'${path}' is damaged at byte ${brokenAt}: what stands there was on disk once, and whole. Nothing was changed; restore the file from a backup`,
      );
    }
  }
  return { end, torn: brokenAt !== undefined };
}
interface RawLine {
  readonly bytes: Buffer;
  readonly offset: number;
  /** Whether there was a line end. */
  readonly ended: boolean;
}

async function* linesOf(handle: FileHandle): AsyncGenerator<RawLine> {
  let offset = 0;
  let pieces: Buffer[] = [];
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    let from = 0;
    for (let at = chunk.indexOf(LINE_END); at >= 0 && at < bytesRead; at = chunk.indexOf(LINE_END, from)) {
      const bytes = Buffer.concat([...pieces, chunk.subarray(from, at)]);
      yield { bytes, offset, ended: true };
      offset += bytes.length + 1;
      pieces = [];
      from = at + 1;
    }
    pieces.push(chunk.subarray(from, bytesRead));
  }
  const rest = Buffer.concat(pieces);
  if (rest.length > 0) yield { bytes: rest, offset, ended: false };
}
