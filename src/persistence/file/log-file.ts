import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PersistenceError } from '../../model/errors.js';
import { formatLine, type LogLine, parseLine } from './log-line.js';
import { type Place, scanLog } from './scan-log.js';
import { syncDirectory } from './sync-directory.js';

const LOG_FORMAT = 1;

export type NewLine = Omit<LogLine, 'durable'>;

/** A file that only grows, of lines that are whole or not there. One writer; its caller waits for one `append` before the next. */
export class LogFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #end: number;
  /** So many bytes are on disk for certain. */
  #durable: number;
  #broken: { readonly cause: unknown } | undefined;

  private constructor(path: string, handle: FileHandle, end: number) {
    this.#path = path;
    this.#handle = handle;
    this.#end = end;
    this.#durable = end;
  }

  /**
   * Opens the log, makes it if there is none, and cuts a torn end.
   * @throws PersistenceError `JOURNAL_CORRUPT`, `JOURNAL_TOO_NEW`
   */
  static async open(path: string, onLine: (line: LogLine, place: Place) => void): Promise<LogFile> {
    const handle = (await openIfThere(path)) ?? (await create(path));
    try {
      const { end } = await scanLog(handle, path, (line, place) => (place.offset === 0 ? checkHead(path, line) : onLine(line, place)));
      if (end === 0) throw new PersistenceError('JOURNAL_CORRUPT', `'${path}' does not begin as a journal of flowproof does`);
      await handle.truncate(end);
      // A killed writer leaves lines that nobody has synced yet; from here on they count as kept.
      await handle.datasync();
      return new LogFile(path, handle, end);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Writes lines in one go, and waits for the disk if asked to. When it rejects, none of them counts, or nobody knows until the log is opened anew. */
  async append(lines: readonly NewLine[], sync: boolean): Promise<readonly Place[]> {
    if (this.#broken !== undefined) throw this.#unusable();
    const buffers = lines.map((line) => formatLine({ ...line, durable: this.#durable }));
    const end = await this.#write(Buffer.concat(buffers));
    if (sync) await this.#sync(end);
    let offset = this.#end;
    const places = buffers.map(({ length }) => {
      const place = { offset, length };
      offset += length;
      return place;
    });
    this.#end = end;
    return places;
  }

  /** @throws PersistenceError `JOURNAL_CORRUPT` when it is no longer what was written. */
  async read({ offset, length }: Place): Promise<LogLine> {
    const bytes = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
    const line = bytesRead === length ? parseLine(bytes.subarray(0, length - 1)) : undefined;
    if (line === undefined)
      throw new PersistenceError('JOURNAL_CORRUPT', `'${this.#path}' was damaged at byte ${offset} while it was open`);
    return line;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #write(bytes: Buffer): Promise<number> {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#handle.write(bytes, done, bytes.length - done, this.#end + done)).bytesWritten;
      }
      return this.#end + bytes.length;
    } catch (cause) {
      await this.#handle.truncate(this.#end).catch(() => this.#break(cause));
      throw cause;
    }
  }

  /** After a failed sync the system may have dropped the very pages that it could not write: only reading anew tells. */
  async #sync(end: number): Promise<void> {
    try {
      await this.#handle.datasync();
      this.#durable = end;
    } catch (cause) {
      this.#break(cause);
      throw this.#unusable();
    }
  }

  #break(cause: unknown): void {
    this.#broken = { cause };
  }

  #unusable(): PersistenceError {
    const message = `'${this.#path}' could not be written, and what is on disk is unknown: close this journal and open it again`;
    return new PersistenceError('STORE_UNREACHABLE', message, { cause: this.#broken?.cause });
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Under another name first: a log that exists has its head. */
async function create(path: string): Promise<FileHandle> {
  const handle = await open(`${path}.new`, 'w+');
  try {
    await handle.writeFile(formatLine({ durable: 0, meta: JSON.stringify({ type: 'log', format: LOG_FORMAT }), body: '' }));
    await handle.sync();
    await rename(`${path}.new`, path);
    await syncDirectory(dirname(path));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function checkHead(path: string, { meta }: LogLine): void {
  const { type, format } = JSON.parse(meta) as { type?: unknown; format?: unknown };
  if (type !== 'log') throw new PersistenceError('JOURNAL_CORRUPT', `'${path}' does not begin as a journal of flowproof does`);
  if (format !== LOG_FORMAT) {
    throw new PersistenceError(
      'JOURNAL_TOO_NEW',
      `'${path}' has format ${String(format)}, and this version reads ${LOG_FORMAT}: a newer flowproof wrote it`,
    );
  }
}
