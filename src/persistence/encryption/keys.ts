import { createHmac } from 'node:crypto';
import { types } from 'node:util';
import { PersistenceError } from '../../model/errors.js';
import { messageOf } from '../../model/in-words.js';
import { shownName } from '../../model/names.js';

/** A key with the name that is stored in front of what it has encrypted. */
export interface EncryptionKey {
  /** Letters, digits, `-` and `_`, up to 32: stored with each value, so never used for another key. */
  readonly id: string;
  /** 32 random bytes, or their base64. Keep it where the database is not. */
  readonly key: Uint8Array | string;
}

const ID = /^[A-Za-z0-9_-]{1,32}$/;
const KEY_BYTES = 32;
/** Keys of so many runs are kept at hand. */
const MAX_DERIVED = 1_000;

/**
 * The keys of a store. Each run has one of its own, derived from the user's: so many values may be encrypted with one
 * key and random nonces that a store could come to it, and a run can't.
 */
export class Keys {
  readonly #given: () => readonly EncryptionKey[];
  readonly #derived = new Map<string, Uint8Array>();

  /** @throws TypeError when there is none, one is not what it should be, two have one id, or a function is async. */
  constructor(given: readonly EncryptionKey[] | (() => readonly EncryptionKey[])) {
    this.#given = typeof given === 'function' ? given : () => given;
    if (typeof given !== 'function') checked(given);
    else if (types.isAsyncFunction(given)) throw new TypeError(PROMISED);
  }

  /** Whether there are keys. Throws like {@link current}. */
  check(): void {
    this.#now();
  }

  /**
   * The key that new values are encrypted with: the first one.
   * @throws PersistenceError `STORE_REFUSED` when a function gives no keys; `STORE_UNREACHABLE` when it throws: it may have them later
   */
  current(runId: string): { readonly id: string; readonly key: Uint8Array } {
    const [first] = this.#now();
    return { id: first.id, key: this.#derive(first, runId) };
  }

  /** Throws like {@link current}. */
  named(id: string, runId: string): Uint8Array | undefined {
    const found = this.#now().find((one) => one.id === id);
    return found === undefined ? undefined : this.#derive(found, runId);
  }

  #now(): readonly [EncryptionKey, ...EncryptionKey[]] {
    let keys: unknown;
    try {
      keys = this.#given();
    } catch (cause) {
      throw new PersistenceError('STORE_UNREACHABLE', 'encrypted: the function that is asked for its keys has failed', { cause });
    }
    try {
      return checked(keys);
    } catch (cause) {
      throw new PersistenceError('STORE_REFUSED', messageOf(cause), { cause });
    }
  }

  #derive(given: EncryptionKey, runId: string): Uint8Array {
    const bytes = bytesOf(given) as Buffer;
    const name = `${given.id} ${runId} ${bytes.toString('base64')}`;
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    if (this.#derived.size >= MAX_DERIVED) this.#derived.clear();
    const derived = createHmac('sha256', bytes).update(`flowproof values 1\0${runId}`).digest();
    this.#derived.set(name, derived);
    return derived;
  }
}

const PROMISED =
  'encrypted: the function that is asked for its keys gives a promise, and a step has no time for one: await the keys first, and return what is at hand';

/** @throws TypeError */
function checked(keys: unknown): readonly [EncryptionKey, ...EncryptionKey[]] {
  if (types.isPromise(keys)) {
    keys.catch(() => undefined);
    throw new TypeError(PROMISED);
  }
  if (!Array.isArray(keys)) throw new TypeError('encrypted: its keys are no list');
  const [first, ...rest] = keys as readonly EncryptionKey[];
  if (first === undefined) throw new TypeError('there is no key: encrypted() needs one');
  const ids = new Set<string>();
  for (const one of [first, ...rest]) {
    if (typeof one?.id !== 'string' || !ID.test(one.id))
      throw new TypeError(`'${shownName(one?.id)}' can't be the id of a key: use up to 32 letters, digits, - and _`);
    if (ids.has(one.id)) throw new TypeError(`two keys have the id '${one.id}', and which one has encrypted a value could not be told`);
    if (bytesOf(one)?.length !== KEY_BYTES) throw new TypeError(`the key '${one.id}' must be ${KEY_BYTES} bytes, or their base64`);
    ids.add(one.id);
  }
  return [first, ...rest];
}

function bytesOf({ key }: EncryptionKey): Buffer | undefined {
  if (typeof key === 'string') return Buffer.from(key, 'base64');
  return types.isUint8Array(key) ? Buffer.from(key.buffer, key.byteOffset, key.byteLength) : undefined;
}
