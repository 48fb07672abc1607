import type { FileHandle } from 'node:fs/promises';
import { type LogLine, lengthBySaying, mendedLine, parseLine } from './log-line.js';

const CHUNK = 1 << 20;
const LINE_END = 0x0a;
const END = Buffer.of(LINE_END);

export interface ScanParams {
  /** Whether all of the file was on disk before the next one was begun. */
  readonly isSealed: boolean;
  /** A whole line; `length` includes its line end. */
  readonly onLine: (line: LogLine, offset: number, length: number) => void;
  /** Bytes that were lines on disk once, and are none any more. */
  readonly onDamage: (bytes: Buffer, offset: number) => void;
}

/** What a scan comes to. */
export interface ScanResult {
  /** How many bytes of the file are to be kept. */
  readonly end: number;
  /** Whether there is anything after them. */
  readonly torn: boolean;
}

/** Bytes of the file, their line ends included: a whole line, or none. */
interface Found {
  readonly offset: number;
  readonly pieces: Buffer[];
  readonly line?: LogLine;
}

/**
 * Gives out what is in a file, in its order. Broken bytes at the end were being written when the machine stopped, and no caller
 * has been promised that they are kept: they don't count. Those that a later line knows to have been on disk are damage.
 */
export async function scanLog(handle: FileHandle, { isSealed, onLine, onDamage }: ScanParams): Promise<ScanResult> {
  let end = 0;
  /** Broken bytes of which it is not known yet whether they are damage, and what comes after them. */
  let waiting: Found[] = [];
  const give = ({ offset, pieces, line }: Found): void => {
    if (line === undefined) onDamage(Buffer.concat(pieces), offset);
    else onLine(line, offset, sizeOf(pieces));
    end = offset + sizeOf(pieces);
  };
  const giveBefore = (durable: number): void => {
    const stays = waiting.findIndex(({ offset, line }) => line === undefined && offset >= durable);
    if (stays === 0) return;
    const given = stays < 0 ? waiting : waiting.slice(0, stays);
    waiting = stays < 0 ? [] : waiting.slice(stays);
    for (const found of given) give(found);
  };
  for await (const raw of linesOf(handle)) {
    for (const found of foundIn(raw)) {
      const last = waiting.at(-1);
      if (found.line === undefined && last !== undefined && last.line === undefined) last.pieces.push(...found.pieces);
      else if (found.line !== undefined && last === undefined) give(found);
      else waiting.push(found);
      if (found.line !== undefined && waiting.length > 0) giveBefore(found.line.durable);
    }
  }
  if (isSealed) giveBefore(Number.POSITIVE_INFINITY);
  return { end, torn: waiting.length > 0 };
}

/** Usually one line. Where a line end was damaged, the length in front of the line tells where it was. */
function* foundIn({ bytes, offset, ended }: RawLine): Generator<Found> {
  const tail = ended ? [END] : [];
  const line = ended ? (parseLine(bytes) ?? mendedLine(bytes)) : undefined;
  const length = line === undefined ? lengthBySaying(bytes) : undefined;
  const first = length === undefined || length >= bytes.length ? undefined : parseLine(bytes.subarray(0, length));
  if (length === undefined || first === undefined) {
    yield line === undefined ? { offset, pieces: [bytes, ...tail] } : { offset, pieces: [bytes, ...tail], line };
    return;
  }
  yield { offset, pieces: [bytes.subarray(0, length + 1)], line: first };
  yield* foundIn({ bytes: bytes.subarray(length + 1), offset: offset + length + 1, ended });
}

function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
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
