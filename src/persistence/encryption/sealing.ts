import type { Json } from '../../model/json.js';
import { JournalError } from '../journal-error.js';
import { textOfValue, type ValuePlace, type ValueTransform } from '../values/value-transform.js';
import { wrap } from '../values/wrapped.js';
import { decryptText, encryptText } from './cipher.js';
import type { Keys } from './keys.js';

const HASH = '~sealed:';

/** Encrypts each value for its place: key id, a dot, and what the cipher gives. */
export class Sealing implements ValueTransform {
  readonly marker = '~sealed';
  readonly #keys: Keys;
  readonly #plain: 'read' | 'refuse';

  constructor(keys: Keys, plain: 'read' | 'refuse') {
    this.#keys = keys;
    this.#plain = plain;
  }

  seal(value: Json, place: ValuePlace): Json {
    return wrap('~sealed', this.#encrypt(textOfValue(value), place));
  }

  open(content: string, place: ValuePlace): Json {
    return JSON.parse(this.#decrypt(content, place)) as Json;
  }

  bare(value: Json, place: ValuePlace): Json {
    if (this.#plain === 'read') return value;
    throw corrupt(place, `${nameOf(place)} is not encrypted: allow it with plain: 'read' while there are runs of before`);
  }

  sealHash(hash: string, runId: string): string {
    return HASH + this.#encrypt(hash, hashPlace(runId));
  }

  openHash(hash: string, runId: string): string {
    if (hash.startsWith(HASH)) return this.#decrypt(hash.slice(HASH.length), hashPlace(runId));
    this.bare(hash, hashPlace(runId));
    return hash;
  }

  async forget(): Promise<void> {
    // Nothing is kept anywhere else.
  }

  #encrypt(text: string, place: ValuePlace): string {
    const { id, key } = this.#keys.current(place.runId);
    return `${id}.${encryptText(text, key, textOf(place))}`;
  }

  #decrypt(content: string, place: ValuePlace): string {
    const dot = content.indexOf('.');
    const id = content.slice(0, Math.max(0, dot));
    const key = this.#keys.named(id, place.runId);
    if (key === undefined) {
      const reason = `${nameOf(place)} is encrypted with the key '${id}', which was not given`;
      throw new JournalError('JOURNAL_SEALED', place.runId, place.seq, reason);
    }
    try {
      return decryptText(content.slice(dot + 1), key, textOf(place));
    } catch (cause) {
      const reason = `${nameOf(place)} was changed or moved after it was written, or '${id}' names another key now`;
      throw corrupt(place, reason, cause);
    }
  }
}

const hashPlace = (runId: string): ValuePlace => ({ runId, seq: -1, what: 'digest of the inputs' });

function textOf({ runId, seq, what }: ValuePlace): string {
  return `${runId} ${seq} ${what}`;
}

function nameOf({ what }: ValuePlace): string {
  return `the value of ${what}`;
}

function corrupt({ runId, seq }: ValuePlace, reason: string, cause?: unknown): JournalError {
  return new JournalError('JOURNAL_CORRUPT', runId, seq, reason, { cause });
}
