import type { Json } from '../../model/json.js';
import type { Marker } from '../transitions/wrapped.js';
import type { Secrecy } from './secrecy.js';

/** Which value it is: the same when it is written and when it is read. */
export interface ValuePlace {
  readonly runId: string;
  /** Of the entry; -1 for what is not in an entry. */
  readonly seq: number;
  readonly what: string;
}

/** The value itself can't be kept. */
export class ValueRefusal extends Error {
  override readonly name = 'ValueRefusal';
  readonly #isOne = true;

  /** Unlike `instanceof`, this asks nothing of what users' code threw, which may be a proxy. */
  static is(thrown: unknown): thrown is ValueRefusal {
    return typeof thrown === 'object' && thrown !== null && #isOne in thrown;
  }
}

/** @throws ValueRefusal when it is no JSON. */
export function textOfValue(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ValueRefusal('this value is no JSON', { cause });
  }
}

/** Puts something else in the place of values on their way into a store. */
export interface ValueTransform {
  readonly marker: Marker;
  /** Whether it has what it needs. @throws PersistenceError `STORE_REFUSED`, `STORE_UNREACHABLE` */
  check(): void;
  /** What is stored in the value's place; the value itself when it is to stay. */
  seal(value: Json, place: ValuePlace, secrecy: Secrecy): Json | Promise<Json>;
  /**
   * The way back, from what is in the wrapping.
   * @throws JournalError, PersistenceError
   */
  open(content: string, place: ValuePlace): Json | Promise<Json>;
  /**
   * A value without a wrapping of this transform.
   * @throws JournalError when there should be none.
   */
  bare(value: Json, place: ValuePlace): Json;
  /** The digest of a run's inputs, by which values could be guessed. `isSecret`: one of them is secret. */
  sealHash(hash: string, runId: string, isSecret: boolean): string;
  /** @throws JournalError */
  openHash(hash: string, runId: string): string;
  /** These runs are gone. */
  forget(runIds: readonly string[]): Promise<void>;
}
