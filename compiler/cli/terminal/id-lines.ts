import { printableJson } from '#model/text/printable.js';
import { UsageError } from './io.js';

/** Ids that a line of their own could not say: with controls in them, spaces around them, or a quote before them. */
const UNUSUAL = /^"|^\s|\s$|^-$|[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** An id as one line: as it is, or as JSON where others would take it for something else. */
export function idLine(id: string): string {
  return UNUSUAL.test(id) ? `${printableJson(id)}\n` : `${id}\n`;
}

/** @throws UsageError for a line that begins as JSON, and is none */
export function idOfLine(line: string): string | undefined {
  const text = line.trim();
  if (!text.startsWith('"')) return text === '' ? undefined : text;
  try {
    const id: unknown = JSON.parse(text);
    if (typeof id === 'string') return id;
  } catch {}
  throw new UsageError(`${text.slice(0, 100)} is no id: a line that begins with a quote is one as JSON`);
}

/**
 * The ids of a command: its words, or the lines of standard input in the place of `-`. All are read before anything is done, so that a
 * folder is not opened while the program that writes the lines has it.
 *
 * @throws UsageError
 */
export async function idsOf(words: readonly string[], input: (() => AsyncIterable<string>) | undefined): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  if (words.includes('-') && input !== undefined) {
    let text = '';
    for await (const chunk of input()) text += chunk;
    lines = text.split('\n').flatMap((line) => idOfLine(line) ?? []);
  }
  return words.flatMap((word) => (word === '-' ? lines : [word]));
}
