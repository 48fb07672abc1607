import type { Keys } from '../../encryption/index.js';
import type { Json } from '../../model/json.js';
import { JournalError } from '../contract/journal-error.js';
import type { Secrecy } from '../values/secrecy.js';
import type { ValuePlace, ValueTransform } from '../values/value-transform.js';
import { Seal } from './seal.js';

/** Encrypts each value for its place. */
export class Sealing implements ValueTransform {
  readonly marker = '~sealed';
  readonly #seal: Seal;
  readonly #plain: 'read' | 'refuse';

  constructor(keys: Keys, plain: 'read' | 'refuse') {
    this.#seal = new Seal(keys);
    this.#plain = plain;
  }

  check(): void {
    this.#seal.check();
  }

  seal(value: Json, place: ValuePlace): Json {
    return this.#seal.close(value, place);
  }

  open(content: string, place: ValuePlace): Json {
    return this.#seal.open(content, place);
  }

  bare(value: Json, place: ValuePlace): Json {
    if (this.#plain === 'read') return this.#seal.openInside(value, place);
    const reason = `the value of ${place.what} is not encrypted: allow it with plain: 'read' while there are runs of before`;
    throw new JournalError('JOURNAL_CORRUPT', place.runId, place.seq, reason);
  }

  sealHash(hash: string, runId: string): string {
    return this.#seal.closeHash(hash, runId);
  }

  openHash(hash: string, runId: string): string {
    const { found, opened } = this.#seal.openHash(hash, runId);
    if (!found) this.bare(hash, { runId, seq: -1, what: 'digest of the inputs' });
    return opened;
  }

  async forget(): Promise<void> {
    // Nothing is kept anywhere else.
  }
}

/** Encrypts what is secret, and leaves all else as it is. Reads both, whoever encrypted them. */
export class SealingSecrets implements ValueTransform {
  readonly marker = '~sealed';
  readonly #seal: Seal;

  constructor(keys: Keys) {
    this.#seal = new Seal(keys);
  }

  check(): void {
    this.#seal.check();
  }

  seal(value: Json, place: ValuePlace, secrecy: Secrecy): Json {
    if (secrecy === 'none') return value;
    return secrecy === 'whole' ? this.#seal.close(value, place) : this.#seal.closeInside(value, place, secrecy);
  }

  open(content: string, place: ValuePlace): Json {
    return this.#seal.open(content, place);
  }

  bare(value: Json, place: ValuePlace): Json {
    return this.#seal.openInside(value, place);
  }

  sealHash(hash: string, runId: string, isSecret: boolean): string {
    return isSecret ? this.#seal.closeHash(hash, runId) : hash;
  }

  openHash(hash: string, runId: string): string {
    return this.#seal.openHash(hash, runId).opened;
  }

  async forget(): Promise<void> {
    // Nothing is kept anywhere else.
  }
}
