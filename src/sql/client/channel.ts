import { digest } from '../../model/ids.js';

/** Names are cut, or refused, beyond so many bytes. */
const LONGEST = 63;

/** The channel on which the processes that use a schema tell each other of what is due: `flowproof_due` of the schema `flowproof`. */
export function channelOf(schema: string): string {
  const name = `${schema}_due`;
  return Buffer.byteLength(name) <= LONGEST ? name : `flowproof_${digest(schema)}_due`;
}
