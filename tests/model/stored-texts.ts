import { jsonCodec } from '../../src/model/codec/json-codec.js';
import { canonicalText, type Json } from '../../src/model/json.js';

export const textOf = (value: unknown) => canonicalText(jsonCodec.encode(value));

/** Through text, as a journal keeps it. */
export const stored = (value: unknown): unknown => jsonCodec.decode(JSON.parse(textOf(value)) as Json);
