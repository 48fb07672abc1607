import { createHmac } from 'node:crypto';

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

  /** @throws TypeError when there is none, or one is not what it should be. */
  constructor(given: readonly EncryptionKey[] | (() => readonly EncryptionKey[])) {
    this.#given = typeof given === 'function' ? given : () => given;
    if (typeof given !== 'function') checked(given);
  }

  /** The key that new values are encrypted with: the first one. */
  current(runId: string): { readonly id: string; readonly key: Uint8Array } {
    const [first] = checked(this.#given());
    return { id: first.id, key: this.#derive(first, runId) };
  }

  named(id: string, runId: string): Uint8Array | undefined {
    const found = checked(this.#given()).find((one) => one.id === id);
    return found === undefined ? undefined : this.#derive(found, runId);
  }

  #derive(given: EncryptionKey, runId: string): Uint8Array {
    const bytes = bytesOf(given);
    const name = `${given.id} ${runId} ${bytes.toString('base64')}`;
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    if (this.#derived.size >= MAX_DERIVED) this.#derived.clear();
    const derived = createHmac('sha256', bytes).update(`flowproof values 1\0${runId}`).digest();
    this.#derived.set(name, derived);
    return derived;
  }
}

function checked(keys: readonly EncryptionKey[]): readonly [EncryptionKey, ...EncryptionKey[]] {
  const [first, ...rest] = keys;
  if (first === undefined) throw new TypeError('there is no key: encrypted() needs one');
  for (const one of keys) {
    if (!ID.test(one.id)) throw new TypeError(`'${one.id}' can't be the id of a key: use up to 32 letters, digits, - and _`);
    if (bytesOf(one).length !== KEY_BYTES) throw new TypeError(`the key '${one.id}' must be ${KEY_BYTES} bytes, or their base64`);
  }
  return [first, ...rest];
}

function bytesOf({ key }: EncryptionKey): Buffer {
  return typeof key === 'string' ? Buffer.from(key, 'base64') : Buffer.from(key.buffer, key.byteOffset, key.byteLength);
}
