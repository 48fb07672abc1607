import { isJsonArray, type Json } from '../../model/json.js';
import { WrittenByNewer } from './kind.js';

/** As many parts as the word has. */
export function only(rest: readonly Json[], length: number): readonly Json[] {
  return between(rest, length, length);
}

/** A newer version may say more; what a word says today is never left out. */
export function between(rest: readonly Json[], least: number, most: number): readonly Json[] {
  if (rest.length >= least && rest.length <= most) return rest;
  const due = least === most ? `${most}` : `${least} or ${most}`;
  const reason = `has ${rest.length} parts instead of ${due}`;
  throw rest.length > most ? new WrittenByNewer(reason) : new Error(reason);
}

export function atom(value: Json | undefined, atomCount: number): number {
  if (!isIndex(value, atomCount - 1)) throw new Error(`names atom ${shown(value)} of ${atomCount}`);
  return value;
}

export function atoms(value: Json | undefined, atomCount: number): readonly number[] {
  if (value === undefined || !isJsonArray(value)) throw new Error('has no list of atoms');
  return value.map((one) => atom(one, atomCount));
}

/** Atoms `from` up to, not including, `end`. */
export function range(from: Json | undefined, end: Json | undefined, atomCount: number): readonly [from: number, end: number] {
  if (!isIndex(from, atomCount) || !isIndex(end, atomCount) || from > end) {
    throw new Error(`has the range ${shown(from)} to ${shown(end)} of ${atomCount} atoms`);
  }
  return [from, end];
}

export function natural(value: Json | undefined): number {
  if (!isIndex(value, Number.MAX_SAFE_INTEGER)) throw new Error(`has the number ${shown(value)}`);
  return value;
}

export function truth(value: Json | undefined): boolean {
  if (typeof value !== 'boolean') throw new Error(`has the vote ${shown(value)}`);
  return value;
}

export function fraction(value: Json | undefined): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw new Error(`has the fraction ${shown(value)}`);
  return value;
}

export function text(value: Json | undefined, what: string): string {
  if (typeof value !== 'string') throw new Error(`has the ${what} ${shown(value)}`);
  return value;
}

/** Why an operator has asked for it, if that was said. */
export type Reasoned = readonly [reason?: string];

export function reasoned(rest: readonly Json[]): Reasoned {
  const [reason] = between(rest, 0, 1);
  return reason === undefined ? [] : [text(reason, 'reason')];
}

/** One of these words. A text that is none of them may be a word of a newer version; nothing else is one. */
export function oneOf<Word extends string>(words: readonly Word[], what: string, value: Json | undefined): Word {
  if (words.includes(value as Word)) return value as Word;
  const reason = `has the ${what} ${shown(value)}`;
  throw typeof value === 'string' ? new WrittenByNewer(reason) : new Error(reason);
}

export function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}

function isIndex(value: Json | undefined, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}
