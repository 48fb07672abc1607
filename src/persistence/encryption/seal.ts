import { decryptText, encryptText, type Keys } from '../../encryption/index.js';
import type { Json } from '../../model/json.js';
import { JournalError } from '../contract/journal-error.js';
import { contentOf, fieldsOf, wrap } from '../transitions/wrapped.js';
import { textOfValue, type ValuePlace } from '../values/value-transform.js';

const HASH = '~sealed:';

/** Encrypts values for their places: key id, a dot, and what the cipher gives. */
export class Seal {
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** Whether there are keys, see `Keys.check`. */
  check(): void {
    this.#keys.check();
  }

  close(value: Json, place: ValuePlace): Json {
    return wrap('~sealed', this.#encrypt(textOfValue(value), place));
  }

  /** Some fields of a record; all of what is no record. */
  closeInside(value: Json, place: ValuePlace, names: ReadonlySet<string>): Json {
    const fields = fieldsOf(value);
    if (fields.length === 0) return this.close(value, place);
    return Object.fromEntries(fields.map(([name, field]) => [name, names.has(name) ? this.close(field, inside(place, name)) : field]));
  }

  /** @throws JournalError `JOURNAL_SEALED`, `JOURNAL_CORRUPT` */
  open(content: string, place: ValuePlace): Json {
    return JSON.parse(this.#decrypt(content, place)) as Json;
  }

  /** A record, of which some fields may be encrypted. Throws like {@link open}. */
  openInside(value: Json, place: ValuePlace): Json {
    const fields = fieldsOf(value);
    if (!fields.some(([, field]) => contentOf('~sealed', field) !== undefined)) return value;
    return Object.fromEntries(
      fields.map(([name, field]) => {
        const content = contentOf('~sealed', field);
        return [name, content === undefined ? field : this.open(content, inside(place, name))];
      }),
    );
  }

  closeHash(hash: string, runId: string): string {
    return HASH + this.#encrypt(hash, hashPlace(runId));
  }

  openHash(hash: string, runId: string): { readonly found: boolean; readonly opened: string } {
    const found = hash.startsWith(HASH);
    return { found, opened: found ? this.#decrypt(hash.slice(HASH.length), hashPlace(runId)) : hash };
  }

  #encrypt(text: string, place: ValuePlace): string {
    const { id, key } = this.#keys.current(place.runId);
    return `${id}.${encryptText(text, key, textOf(place))}`;
  }

  #decrypt(content: string, place: ValuePlace): string {
    const dot = content.indexOf('.');
    const id = content.slice(0, Math.max(0, dot));
    const { runId, seq } = place;
    const key = this.#keys.named(id, runId);
    if (key === undefined) {
      throw new JournalError('JOURNAL_SEALED', runId, seq, `${nameOf(place)} is encrypted with the key '${id}', which was not given`);
    }
    try {
      return decryptText(content.slice(dot + 1), key, textOf(place));
    } catch (cause) {
      const reason = `${nameOf(place)} was changed or moved after it was written, or '${id}' names another key now`;
      throw new JournalError('JOURNAL_CORRUPT', runId, seq, reason, { cause });
    }
  }
}

function inside({ what, ...place }: ValuePlace, field: string): ValuePlace {
  return { ...place, what: `${what} ${field}` };
}

const hashPlace = (runId: string): ValuePlace => ({ runId, seq: -1, what: 'digest of the inputs' });

function textOf({ runId, seq, what }: ValuePlace): string {
  return `${runId} ${seq} ${what}`;
}

function nameOf({ what }: ValuePlace): string {
  return `the value of ${what}`;
}
