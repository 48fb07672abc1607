import { PersistenceError } from '../model/errors.js';
import { digest } from '../model/ids.js';
import type { Json } from '../model/json.js';
import type { Persistence } from './journal.js';
import { JournalError } from './journal-error.js';
import { TransformedJournal } from './values/transformed-journal.js';
import { textOfValue, type ValuePlace, type ValueTransform } from './values/value-transform.js';
import { markerOf, wrap } from './values/wrapped.js';

/** Where large values are kept: a bucket, a directory, a table. */
export interface Offload {
  /** Keeps it, durably, before it resolves; the same key comes with the same text only. */
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** All whose key begins with this: the runs are gone. Called again it does no harm. */
  removeAll?(prefix: string): Promise<void>;
}

export interface OffloadedOptions {
  readonly to: Offload;
  /** Values of more characters of JSON than this. Default: 256 Ki. */
  readonly over?: number;
}

const OVER = 262_144;

/**
 * Keeps large values elsewhere, and in the journal what finds them again. A value is there before the step that names it
 * is written; a step that was not written leaves it behind, until its run is pruned.
 *
 * To encrypt what is kept elsewhere, too: `encrypted(offloaded(postgres(url), …), …)`. The other way round flows with secrets
 * are refused: what is kept elsewhere would be readable.
 *
 * Reading a run throws JournalError `JOURNAL_GAP` when a value is not there any more, and `JOURNAL_CORRUPT` when it is
 * another one.
 *
 * @example
 * ```ts
 * import { file, flowproof, offloaded } from 'flowproof';
 * const kept = new Map<string, string>();
 * const to = { put: async (key: string, text: string) => void kept.set(key, text), get: async (key: string) => kept.get(key) };
 * const app = flowproof({ persistence: offloaded(file('./.flowproof'), { to, over: 100_000 }), flows: [] });
 * await app.stop();
 * ```
 */
export function offloaded(persistence: Persistence, { to, over = OVER }: OffloadedOptions): Persistence {
  const offloading = new Offloading(to, over);
  return { kind: persistence.kind, connect: () => new TransformedJournal(persistence.connect(), offloading) };
}

class Offloading implements ValueTransform {
  readonly marker = '~offloaded';
  readonly #to: Offload;
  readonly #over: number;

  constructor(to: Offload, over: number) {
    this.#to = to;
    this.#over = over;
  }

  async seal(value: Json, { runId }: ValuePlace): Promise<Json> {
    const text = textOfValue(value);
    // What looks like ours, and isn't, goes the same way, so that it comes back as it is.
    if (text.length <= this.#over && markerOf(value) !== this.marker) return value;
    const key = `${runId}/${digest(text)}`;
    await this.#to.put(key, text);
    return wrap(this.marker, key);
  }

  async open(key: string, { runId, seq, what }: ValuePlace): Promise<Json> {
    let text: string | undefined;
    try {
      text = await this.#to.get(key);
    } catch (cause) {
      const message = `the value of ${what} of run '${runId}', kept as '${key}', could not be read`;
      throw new PersistenceError('STORE_UNREACHABLE', message, { cause });
    }
    if (text === undefined) throw new JournalError('JOURNAL_GAP', runId, seq, `the value of ${what}, kept as '${key}', is not there`);
    if (key !== `${runId}/${digest(text)}`)
      throw new JournalError('JOURNAL_CORRUPT', runId, seq, `the value of ${what}, kept as '${key}', is another one`);
    return JSON.parse(text) as Json;
  }

  bare(value: Json): Json {
    return value;
  }

  sealHash(hash: string): string {
    return hash;
  }

  openHash(hash: string): string {
    return hash;
  }

  async forget(runIds: readonly string[]): Promise<void> {
    try {
      for (const runId of runIds) await this.#to.removeAll?.(`${runId}/`);
    } catch (cause) {
      const message = `runs were pruned, and values of theirs that are kept elsewhere are still there: ${runIds.join(', ')}`;
      throw new PersistenceError('STORE_UNREACHABLE', message, { cause });
    }
  }
}
