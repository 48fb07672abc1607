import { readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../model/clock.js';
import { PersistenceError } from '../../../model/errors.js';
import type { LogLine } from './log-line.js';
import { type Care, type FoundLines, gone, type NewLine, type Place, Segment } from './segment.js';
import { arrange, isDraftName, parseSegmentName, type SegmentName, segmentFileName } from './segment-name.js';
import { syncDirectory } from './sync-directory.js';

export interface LogOptions {
  readonly directory: string;
  /** A segment that has reached this size is followed by a new one. */
  readonly segmentBytes: number;
  /** How long the disk may take for one answer. */
  readonly timeoutMs: number;
  /** Whether the directory is still this process's. */
  readonly isHeld: () => Promise<boolean>;
}

/** So long a look at the lock counts, for what is not proved by itself. */
const HELD_MS = 50;

/** The log before it came in segments. */
const SINGLE = 'journal.log';

/** A log in files of bounded size. One writer; its caller waits for one `append` before the next. */
export class SegmentedLog {
  readonly #options: LogOptions;
  /** In order; the last one is written to. */
  readonly #segments: Segment[];
  #heldAtMs = Number.NEGATIVE_INFINITY;
  #gone: PersistenceError | undefined;
  /** Called when a new segment was begun. */
  onRotate: () => void = () => undefined;

  private constructor(options: LogOptions, segments: Segment[]) {
    this.#options = options;
    this.#segments = segments;
  }

  /**
   * Opens the log, makes it if there is none, and clears away what a killed process left over.
   * @throws PersistenceError `JOURNAL_CORRUPT`, `JOURNAL_TOO_NEW`
   */
  static async open(options: LogOptions, found: FoundLines): Promise<SegmentedLog> {
    const names = await tidy(options.directory);
    const segments: Segment[] = [];
    try {
      for (const [index, name] of names.entries()) {
        segments.push(await Segment.open(fileOf(options, name), index === names.length - 1, found));
      }
      const log = new SegmentedLog(options, segments);
      if (segments.length === 0) segments.push(await log.#begin({ first: 1, last: 1 }));
      return log;
    } catch (error) {
      for (const segment of segments) await segment.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Writes lines in one go, see `Segment.append`. */
  async append(lines: readonly NewLine[], { sync, prove }: Care): Promise<readonly Place[]> {
    const proves = prove || systemClock.monotonicMs() - this.#heldAtMs > HELD_MS;
    // Before anything is written: the one that has the directory now is not to find lines of ours in its files.
    if (proves) await this.proveHeld();
    if (this.#active.bytes >= this.#options.segmentBytes) await this.rotate();
    return this.#active.append(lines, { sync, prove: proves });
  }

  /**
   * Looks whether the directory is this process's: that it has not been removed, replaced or given to another one by taking the
   * lock away. Once it was not, nothing is written any more.
   * @throws PersistenceError `STORE_GONE`
   */
  async proveHeld(): Promise<void> {
    const { isHeld, directory } = this.#options;
    if (this.#gone === undefined && !(await isHeld())) this.#gone = gone(directory, 'was removed or replaced, or its lock taken away,');
    if (this.#gone !== undefined) throw this.#gone;
    this.#heldAtMs = systemClock.monotonicMs();
  }

  /** Begins a new segment. To be called by the writer only. */
  async rotate(): Promise<void> {
    await this.proveHeld();
    await this.#active.seal();
    const number = this.#active.name.last + 1;
    this.#segments.push(await this.#begin({ first: number, last: number }));
    this.onRotate();
  }

  async read(place: Place): Promise<LogLine> {
    return place.segment.read(place.offset, place.length);
  }

  /** All segments but the one that is written to. */
  get sealed(): readonly Segment[] {
    return this.#segments.slice(0, -1);
  }

  /** A segment that is to take the place of these, which are the first ones; it counts when it is published. */
  draft(replaced: readonly Segment[]): Promise<Segment> {
    return Segment.draft(fileOf(this.#options, { first: 1, last: replaced.at(-1)?.name.last ?? 1 }));
  }

  /** The published segment takes the place of the first ones, whose files are removed. */
  async replace(replaced: readonly Segment[], by: Segment): Promise<void> {
    this.#segments.splice(0, replaced.length, by);
    await Promise.all(replaced.map((segment) => segment.discard()));
    await syncDirectory(this.#options.directory);
  }

  async close(): Promise<void> {
    for (const segment of this.#segments) await segment.close();
  }

  get #active(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  async #begin(name: SegmentName): Promise<Segment> {
    const segment = await Segment.draft(fileOf(this.#options, name));
    try {
      await segment.publish();
      return segment;
    } catch (error) {
      await segment.close();
      throw error;
    }
  }
}

function fileOf({ directory, timeoutMs }: LogOptions, name: SegmentName) {
  return { path: join(directory, segmentFileName(name)), name, timeoutMs };
}

/** The names of the log's segments in order; removes drafts, and files whose content another one has. */
async function tidy(directory: string): Promise<readonly SegmentName[]> {
  const files = await readdir(directory);
  for (const draft of files.filter(isDraftName)) await unlink(join(directory, draft));
  const names = files.map(parseSegmentName).filter((name) => name !== undefined);
  if (names.length === 0 && files.includes(SINGLE)) {
    const name = { first: 1, last: 1 };
    await rename(join(directory, SINGLE), join(directory, segmentFileName(name)));
    await syncDirectory(directory);
    return [name];
  }
  const { log, obsolete, missing } = arrange(names);
  if (missing !== undefined) {
    const path = join(directory, segmentFileName({ first: missing, last: missing }));
    throw new PersistenceError('JOURNAL_CORRUPT', `'${path}' is missing: restore the directory from a backup`);
  }
  for (const name of obsolete) await unlink(join(directory, segmentFileName(name)));
  return log;
}
