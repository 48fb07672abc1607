import { PersistenceError } from '../../model/errors.js';
import { digest } from '../../model/ids.js';
import type { Json } from '../../model/json.js';
import type { Persistence } from '../contract/journal.js';
import { JournalError } from '../contract/journal-error.js';
import { markerOf, wrap } from '../transitions/wrapped.js';
import { TransformedJournal } from '../values/transformed-journal.js';
import { textOfValue, type ValuePlace, type ValueTransform } from '../values/value-transform.js';
import type { Offload } from './offload.js';
import { OffloadCalls } from './offload-calls.js';

export interface OffloadedOptions {
  readonly to: Offload;
  /** Values of more characters of JSON than this. Default: 256 Ki. */
  readonly over?: number;
  /**
   * How long one call of `put`, `get` or `removeAll` may take, milliseconds, before the same is called again. Whoever waits is
   * refused with `STORE_UNREACHABLE` before, and waits for the same call when they ask again, as runs do. Default: 30,000.
   */
  readonly timeoutMs?: number;
}

const OVER = 262_144;
const TIMEOUT_MS = 30_000;

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
 * @throws TypeError when `to` has no `put` or `get`, or a number is none
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
export function offloaded(persistence: Persistence, { to, over = OVER, timeoutMs = TIMEOUT_MS }: OffloadedOptions): Persistence {
  if (!(over >= 0)) throw new TypeError(`over is ${over}: it must be a number of characters`);
  const offloading = new Offloading(new OffloadCalls(to, timeoutMs), over);
  return { kind: persistence.kind, connect: () => new TransformedJournal(persistence.connect(), offloading) };
}

class Offloading implements ValueTransform {
  readonly marker = '~offloaded';
  readonly #calls: OffloadCalls;
  readonly #over: number;
  /** Runs that are gone, and whose values may not be. */
  readonly #left = new Set<string>();

  constructor(calls: OffloadCalls, over: number) {
    this.#calls = calls;
    this.#over = over;
  }

  check(): void {
    // It was checked when it was made.
  }

  async seal(value: Json, { runId }: ValuePlace): Promise<Json> {
    const text = textOfValue(value);
    // What looks like ours, and isn't, goes the same way, so that it comes back as it is.
    if (text.length <= this.#over && markerOf(value) !== this.marker) return value;
    const key = `${runId}/${digest(text)}`;
    await this.#calls.put(key, text);
    return wrap(this.marker, key);
  }

  async open(key: string, { runId, seq, what }: ValuePlace): Promise<Json> {
    const value = `the value of ${what}, kept as '${key}',`;
    let text: unknown;
    try {
      text = await this.#calls.get(key);
    } catch (cause) {
      throw new PersistenceError('STORE_UNREACHABLE', `${value} of run '${runId}' could not be read`, { cause });
    }
    if (text === undefined || text === null) throw new JournalError('JOURNAL_GAP', runId, seq, `${value} is not there`);
    if (typeof text !== 'string')
      throw new JournalError('JOURNAL_CORRUPT', runId, seq, `${value} is no text: get() must give the one that put() was given`);
    if (key !== `${runId}/${digest(text)}`) throw new JournalError('JOURNAL_CORRUPT', runId, seq, `${value} is another one`);
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
    for (const runId of runIds) this.#left.add(runId);
    try {
      for (const runId of this.#left) {
        await this.#calls.removeAll(`${runId}/`);
        this.#left.delete(runId);
      }
    } catch (cause) {
      const message = `runs were pruned, and values of theirs that are kept elsewhere are still there: ${[...this.#left].join(', ')}. The next prune tries again`;
      throw new PersistenceError('STORE_UNREACHABLE', message, { cause });
    }
  }
}
