import type { Codec } from '../model/codec/codec.js';
import type { EncodedValues } from './request.js';

/** Each one a fresh copy, so that no task can change what another one reads. */
export function decodedValues(encoded: EncodedValues, codec: Codec): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name in encoded) values[name] = codec.decode(encoded[name] as EncodedValues[string]);
  return values;
}
