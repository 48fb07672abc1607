import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { jsonCodec } from '#model/codec/json-codec.js';
import type { Json } from '#model/json.js';
import { printable } from '#model/text/printable.js';
import { type Io, UsageError } from '../terminal/io.js';

/**
 * A value as a person writes it: JSON, with the words of the journal for what JSON has none for; of a file after `@`, or of standard input
 * for `-`.
 *
 * @throws UsageError
 */
export async function valueIn(written: string | undefined, { folder, input }: Io): Promise<unknown> {
  if (written === undefined) return undefined;
  let text = written;
  if (written === '-') {
    text = '';
    for await (const part of input?.() ?? []) text += part;
  } else if (written.startsWith('@')) text = readFileSync(resolve(folder, written.slice(1)), 'utf8');
  try {
    return jsonCodec.decode(JSON.parse(text) as Json);
  } catch (error) {
    throw new UsageError(`${printable(text.slice(0, 100))} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
