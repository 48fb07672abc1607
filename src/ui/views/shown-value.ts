import { jsonCodec } from '../../model/codec/json-codec.js';
import { inWords } from '../../model/in-words.js';

/** A value as text, for a person. */
export interface ShownValue {
  /** JSON, with what JSON has no word for written as the journal writes it. */
  readonly text: string;
  /** How many characters it has, where only the first ones are here. */
  readonly cutFrom?: number;
}

/** So much of a value is shown. */
const MOST_CHARACTERS = 20_000;

/** Never throws, whatever the value is. */
export function shownValue(value: unknown, most = MOST_CHARACTERS): ShownValue {
  const text = textOf(value);
  if (text.length <= most) return { text };
  return { text: text.slice(0, most).replace(/[\ud800-\udbff]$/, ''), cutFrom: text.length };
}

/** A record as a list, so that no name of it means anything to a browser. */
export function shownRecord(record: Readonly<Record<string, unknown>>): readonly (ShownValue & { readonly name: string })[] {
  return Object.entries(record).map(([name, value]) => ({ name, ...shownValue(value) }));
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(jsonCodec.encode(value), null, 2);
  } catch {
    return inWords(value);
  }
}
