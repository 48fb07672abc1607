import { isEnded, type RunState } from '../../model/states.js';
import type { InboxMessage } from './journal.js';

const KNOWN: Readonly<Record<InboxMessage['kind'], true>> = {
  suspend: true,
  cancel: true,
  retryFailed: true,
  retryRevert: true,
  skipRevert: true,
  signal: true,
};

/** The kinds of messages that this version acts upon. Those of newer versions stay in the inbox, for an engine that knows them. */
export const MESSAGE_KINDS: readonly string[] = Object.keys(KNOWN);

/** The messages of an inbox that this version acts upon. */
export function knownMessages(inbox: readonly InboxMessage[]): readonly InboxMessage[] {
  return inbox.filter(({ kind }) => MESSAGE_KINDS.includes(kind));
}

/** What an operator may still ask of a run that ended in FAILURE: it goes on from what failed. */
export const RECEIVED_AFTER_FAILURE: readonly InboxMessage['kind'][] = ['retryFailed', 'retryRevert', 'skipRevert'];

/**
 * Whether a run in this state takes a message of this kind. Nothing of what a run no longer takes stays in its inbox
 * ({@link isLeftOver}): otherwise a message that came too late would be obeyed when the run is run again.
 */
export function mayReceive(state: RunState, kind: InboxMessage['kind']): boolean {
  return !isEnded(state) || (state === 'FAILURE' && RECEIVED_AFTER_FAILURE.includes(kind));
}

/** Whether a message goes with the end of its run. */
export function isLeftOver(state: RunState, kind: InboxMessage['kind']): boolean {
  return MESSAGE_KINDS.includes(kind) && !mayReceive(state, kind);
}
