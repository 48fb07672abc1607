import { constants } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PersistenceError } from '../../../model/errors.js';
import { inTime } from '../../contract/in-time.js';
import { type Inode, inodeOf, isUnder, statusOf } from './inode.js';
import { formatLine, type LogLine, mendedLine, parseLine } from './log-line.js';
import { scanLog } from './scan-log.js';
import type { SegmentName } from './segment-name.js';
import { syncDirectory } from './sync-directory.js';

const LOG_FORMAT = 1;
/** At the end of the file, wherever that is: should another process write to it, too, neither overwrites the other. */
const { O_RDWR, O_APPEND, O_CREAT, O_TRUNC } = constants;
/** What each file begins with. */
const HEAD = formatLine({ durable: 0, meta: JSON.stringify({ type: 'log', format: LOG_FORMAT }), body: '' });

export type NewLine = Omit<LogLine, 'durable'>;

/** Where a line is, its line end included. Compaction moves it: whoever holds a place finds what it means at any time. */
export interface Place {
  segment: Segment;
  offset: number;
  length: number;
}

export interface SegmentFile {
  readonly path: string;
  readonly name: SegmentName;
  /** How long the disk may take for one answer. */
  readonly timeoutMs: number;
}

/** Takes what a file holds, in its order. */
export interface FoundLines {
  line(line: LogLine, place: Place): void;
  /** Bytes that were lines once. @throws PersistenceError `JOURNAL_CORRUPT` when the file can't be used for it */
  damaged(bytes: Buffer, place: Place): void;
}

/** What is done for lines beside writing them. */
export interface Care {
  /** The disk is waited for. */
  readonly sync: boolean;
  /** This is shown to be the file that others find. */
  readonly prove: boolean;
}

/** One file of the log, which only grows, of lines that are whole or not there. One writer, who waits for one `append` before the next. */
export class Segment {
  readonly path: string;
  readonly name: SegmentName;
  /** Not all of it is what was written. */
  isDamaged = false;
  readonly #handle: FileHandle;
  readonly #inode: Inode;
  readonly #timeoutMs: number;
  /** Whether it is under its name: others who open the directory find what is written to it. */
  #isPublished: boolean;
  #end: number;
  /** So many bytes are on disk for certain. */
  #durable: number;
  #broken: PersistenceError | undefined;
  readonly #reading = new Set<Promise<unknown>>();
  #closed = false;

  private constructor({ path, name, timeoutMs }: SegmentFile, { handle, inode, end, isPublished }: OpenFile) {
    this.path = path;
    this.name = name;
    this.#timeoutMs = timeoutMs;
    this.#handle = handle;
    this.#inode = inode;
    this.#isPublished = isPublished;
    this.#end = end;
    this.#durable = end;
  }

  /** Makes a new one under another name: it does not count before {@link publish}. */
  static async draft(file: SegmentFile): Promise<Segment> {
    const handle = await open(draftOf(file), O_RDWR | O_APPEND | O_CREAT | O_TRUNC, 0o666);
    try {
      await handle.writeFile(HEAD);
      return new Segment(file, { handle, inode: await inodeOf(handle), end: HEAD.length, isPublished: false });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Opens one that is there, and gives its lines to `found`. Of the last one of a log a torn end is cut; in the others,
   * which were whole before the next one was begun, it is damage.
   * @throws PersistenceError `JOURNAL_CORRUPT`, `JOURNAL_TOO_NEW`
   */
  static async open(file: SegmentFile, isLast: boolean, found: FoundLines): Promise<Segment> {
    const { path } = file;
    const handle = await open(path, O_RDWR | O_APPEND);
    try {
      const segment = new Segment(file, { handle, inode: await inodeOf(handle), end: 0, isPublished: true });
      const { end, torn } = await scanLog(handle, {
        isSealed: !isLast,
        onLine: (line, offset, length) => (offset === 0 ? checkHead(path, line) : found.line(line, { segment, offset, length })),
        onDamage(bytes, offset) {
          segment.isDamaged = true;
          if (offset > 0) found.damaged(bytes, { segment, offset, length: bytes.length });
          else if (!isNearly(bytes, HEAD)) throw noJournal(path);
        },
      });
      if (end === 0) throw noJournal(path);
      if (torn) await handle.truncate(end);
      // A killed writer leaves lines that are not synced yet; from here on they count as kept.
      if (isLast) await handle.datasync();
      segment.#end = end;
      segment.#durable = end;
      return segment;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#end;
  }

  /** Makes all that was written durable, and then the file known under its name. */
  async publish(): Promise<void> {
    await this.#handle.sync();
    this.#durable = this.#end;
    await rename(draftOf(this), this.path);
    this.#isPublished = true;
    await syncDirectory(dirname(this.path));
  }

  /**
   * Writes lines in one go. When it rejects, none of them counts, or it is unknown until
   * the log is opened anew.
   * @throws PersistenceError `STORE_GONE` when this is not the file any more that others find
   */
  async append(lines: readonly NewLine[], { sync, prove }: Care): Promise<readonly Place[]> {
    if (this.#broken !== undefined) throw this.#broken;
    const buffers = lines.map((line) => formatLine({ ...line, durable: this.#durable }));
    const bytes = Buffer.concat(buffers);
    const end = this.#end + bytes.length;
    const written = this.#write(bytes).then(() => (sync ? this.#sync(end) : undefined));
    await (prove ? Promise.all([written, this.#proveInPlace(end)]) : written);
    let offset = this.#end;
    const places = buffers.map(({ length }) => {
      const place = { segment: this, offset, length };
      offset += length;
      return place;
    });
    this.#end = end;
    return places;
  }

  /** Waits until all that was written is on disk. */
  async seal(): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#durable < this.#end) await this.#sync(this.#end);
  }

  /** @throws PersistenceError `JOURNAL_CORRUPT` when it is no longer what was written, `JOURNAL_GAP` when it was removed meanwhile. */
  async read(offset: number, length: number): Promise<LogLine> {
    if (this.#closed) throw new PersistenceError('JOURNAL_GAP', `what was at byte ${offset} of '${this.path}' is gone: read the run again`);
    const bytes = Buffer.allocUnsafe(length);
    const reading = this.#handle.read(bytes, 0, length, offset);
    this.#reading.add(reading);
    const { bytesRead } = await inTime(reading, this.#timeoutMs, `the disk of '${this.path}'`).finally(() => this.#reading.delete(reading));
    const text = bytes.subarray(0, length - 1);
    const line = bytesRead === length ? (parseLine(text) ?? mendedLine(text)) : undefined;
    if (line !== undefined) return line;
    this.isDamaged = true;
    throw new PersistenceError('JOURNAL_CORRUPT', `'${this.path}' is damaged at byte ${offset}`);
  }

  /** Resolves when those that read it have what they read. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#reading);
    await this.#handle.close();
  }

  /** Keeps a damaged file under another name, which is not read again: what takes its place leaves out what is damaged. */
  async setAside(): Promise<void> {
    if (!this.isDamaged) return;
    await link(this.path, `${this.path}.damaged`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }

  /** Closes it and removes its file, if that is still the one under its name. */
  async discard(isDraft = false): Promise<void> {
    await this.close();
    const path = isDraft ? draftOf(this) : this.path;
    if (await isUnder(path, this.#inode)) await rm(path, { force: true });
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#handle.write(bytes, done, bytes.length - done, this.#end + done)).bytesWritten;
      }
    } catch (cause) {
      // What others have written there is not to be cut.
      if (this.#broken === undefined) await this.#handle.truncate(this.#end).catch(() => this.#break(this.#unknown(cause)));
      throw cause;
    }
  }

  /** After a failed sync the system may have dropped the very pages that it could not write: only reading anew tells. */
  async #sync(end: number): Promise<void> {
    try {
      await this.#handle.datasync();
      this.#durable = end;
    } catch (cause) {
      throw this.#break(this.#unknown(cause));
    }
  }

  /**
   * Beside the write, which it doesn't hold up: what is moved away before this looks is known, and what is moved away after
   * it might as well have been moved after the write.
   */
  async #proveInPlace(end: number): Promise<void> {
    if (!this.#isPublished) return;
    let there: Awaited<ReturnType<typeof statusOf>>;
    try {
      there = await statusOf(this.path);
    } catch (cause) {
      throw this.#break(this.#unknown(cause));
    }
    if (there?.dev !== this.#inode.dev || there.ino !== this.#inode.ino) throw this.#break(gone(this.path, 'was removed or replaced'));
    if (there.size > end) throw this.#break(gone(this.path, 'was written to by somebody else'));
  }

  #break(error: PersistenceError): PersistenceError {
    this.#broken ??= error;
    return this.#broken;
  }

  #unknown(cause: unknown): PersistenceError {
    const message = `'${this.path}' could not be written, and what is on disk is unknown: close this journal and open it again`;
    return new PersistenceError('STORE_UNREACHABLE', message, { cause });
  }
}

/** What is written now would not be there for whoever opens the directory. */
export function gone(path: string, what: string): PersistenceError {
  const message = `'${path}' ${what} while it was open, so nothing more is written: stop this app, see to it that one process at a time has the directory, and begin again`;
  return new PersistenceError('STORE_GONE', message);
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: Inode;
  readonly end: number;
  readonly isPublished: boolean;
}

function draftOf({ path }: { readonly path: string }): string {
  return `${path}.new`;
}

function checkHead(path: string, { meta }: LogLine): void {
  const { type, format } = JSON.parse(meta) as { type?: unknown; format?: unknown };
  if (type !== 'log') throw noJournal(path);
  if (format !== LOG_FORMAT) {
    throw new PersistenceError(
      'JOURNAL_TOO_NEW',
      `'${path}' has format ${String(format)}, and this version reads ${LOG_FORMAT}: a newer flowproof wrote it`,
    );
  }
}

function noJournal(path: string): PersistenceError {
  return new PersistenceError('JOURNAL_CORRUPT', `'${path}' does not begin as a journal of flowproof does`);
}

/** The same but for one byte, which was damaged. */
function isNearly(bytes: Buffer, expected: Buffer): boolean {
  return bytes.length === expected.length && bytes.filter((byte, at) => byte !== expected[at]).length <= 1;
}
