import { createHmac } from 'node:crypto';
import { types } from 'node:util';
import { messageOf } from '../model/in-words.js';
import { shownName } from '../model/names.js';

/** A key with the name that is stored in front of what it has encrypted. */
export interface EncryptionKey {
  /** Letters, digits, `-` and `_`, up to 32: stored with each value, so never used for another key. */
  readonly id: string;
  /** 32 random bytes, or their base64. Keep it where the database is not. */
  readonly key: Uint8Array | string;
}

/** The first one encrypts, all of them decrypt. A function is asked each time. */
export type GivenKeys = readonly EncryptionKey[] | (() => readonly EncryptionKey[]);

/** Who uses keys, and for what. */
export interface KeysUse {
  /** The function that was given them, as sentences name it. */
  readonly caller: string;
  /** What is encrypted: keys are derived for it, and for nothing else. */
  readonly purpose: string;
  /** What is thrown when a function gives no keys (`REFUSED`), or throws: it may have them later (`UNREACHABLE`). */
  readonly error: (kind: 'REFUSED' | 'UNREACHABLE', message: string, options: ErrorOptions) => Error;
}

const ID = /^[A-Za-z0-9_-]{1,32}$/;
const KEY_BYTES = 32;
/** So many derived keys are kept at hand. */
const MAX_DERIVED = 1_000;

/**
 * Keys as the user gave them. Each place, such as a run, has one of its own, derived from the user's: so many values may be encrypted with one
 * key and random nonces that a store could come to it, and a run can't.
 */
export class Keys {
  readonly #given: () => readonly EncryptionKey[];
  readonly #use: KeysUse;
  readonly #derived = new Map<string, Uint8Array>();

  /** @throws TypeError when there is none, one is not what it should be, two have one id, or a function is async. */
  constructor(given: GivenKeys, use: KeysUse) {
    this.#use = use;
    this.#given = typeof given === 'function' ? given : () => given;
    if (typeof given !== 'function') checked(given, use.caller);
    else if (types.isAsyncFunction(given)) throw new TypeError(promised(use.caller));
  }

  /** Whether there are keys. Throws like {@link current}. */
  check(): void {
    this.#now();
  }

  /**
   * The key that new values are encrypted with: the first one.
   * @param place what is encrypted with a key of its own
   * @throws what the user of the keys says, when a function gives none, or throws
   */
  current(place: string): { readonly id: string; readonly key: Uint8Array } {
    const [first] = this.#now();
    return { id: first.id, key: this.#derive(first, place) };
  }

  /** Throws like {@link current}. */
  named(id: string, place: string): Uint8Array | undefined {
    const found = this.#now().find((one) => one.id === id);
    return found === undefined ? undefined : this.#derive(found, place);
  }

  #now(): readonly [EncryptionKey, ...EncryptionKey[]] {
    const { caller, error } = this.#use;
    let keys: unknown;
    try {
      keys = this.#given();
    } catch (cause) {
      throw error('UNREACHABLE', `${caller}: the function that is asked for its keys has failed`, { cause });
    }
    try {
      return checked(keys, caller);
    } catch (cause) {
      throw error('REFUSED', messageOf(cause), { cause });
    }
  }

  #derive(given: EncryptionKey, place: string): Uint8Array {
    const bytes = bytesOf(given) as Buffer;
    const name = `${given.id} ${place} ${bytes.toString('base64')}`;
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    if (this.#derived.size >= MAX_DERIVED) this.#derived.clear();
    const derived = createHmac('sha256', bytes).update(`flowproof ${this.#use.purpose}\0${place}`).digest();
    this.#derived.set(name, derived);
    return derived;
  }
}

const promised = (caller: string): string =>
  `${caller}: the function that is asked for its keys gives a promise, and a step has no time for one: await the keys first, and return what is at hand`;

/** @throws TypeError */
function checked(keys: unknown, caller: string): readonly [EncryptionKey, ...EncryptionKey[]] {
  if (types.isPromise(keys)) {
    keys.catch(() => undefined);
    throw new TypeError(promised(caller));
  }
  if (!Array.isArray(keys)) throw new TypeError(`${caller}: its keys are no list`);
  const [first, ...rest] = keys as readonly EncryptionKey[];
  if (first === undefined) throw new TypeError(`there is no key: ${caller}() needs one`);
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
