import { SignalsFullError } from '../../model/errors.js';
import { isJsonObject, type Json } from '../../model/json.js';
import type { InboxMessage } from './journal.js';

/** So many signals wait in the inbox of a run at most: a further one is refused. */
export const MAX_SIGNALS = 1_000;

/** @throws SignalsFullError when so many wait in this inbox, and this one is not among them */
export function refuseMany(
  { id }: InboxMessage,
  { key, inbox }: { readonly key: string; readonly inbox: ReadonlyMap<string, InboxMessage> },
): void {
  if (inbox.has(id)) return;
  const waiting = [...inbox.values()].filter(({ kind }) => kind === 'signal').length;
  if (waiting >= MAX_SIGNALS) throw new SignalsFullError(key, waiting);
}

/** What a message of the kind `signal` carries. */
export interface SentSignal {
  readonly name: string;
  /** Encoded, as it was sent; absent: nothing was. */
  readonly payload?: Json;
}

/** The way back from a message; nothing where that was written by something else than this library, and says no name. */
export function sentSignal(message: Json | undefined): SentSignal | undefined {
  if (message === undefined || !isJsonObject(message) || typeof message.name !== 'string') return undefined;
  const { name, payload } = message;
  return payload === undefined ? { name } : { name, payload };
}
