import { isEnded, type RunState } from '../../model/states.js';
import type { InboxMessage } from './journal.js';

/** How a run stands, as far as it says which messages it takes. */
export interface Standing {
  readonly state: RunState;
  /** See {@link RunSummary.partial}. */
  readonly partial?: boolean | undefined;
}

const KNOWN: Readonly<Record<InboxMessage['kind'], true>> = {
  suspend: true,
  cancel: true,
  halt: true,
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

/** What an operator may still ask of a run that ended CANCELLED with what it had done left done: to undo it. */
export const RECEIVED_WHEN_PARTIAL: readonly InboxMessage['kind'][] = ['cancel'];

/**
 * Whether a run that stands so takes a message of this kind. Nothing of what a run no longer takes stays in its inbox
 * ({@link isLeftOver}): otherwise a message that came too late would be obeyed when the run is run again.
 */
export function mayReceive(run: Standing, kind: InboxMessage['kind']): boolean {
  return !isEnded(run.state) || isReceivedAtEnd(run, kind);
}

function isReceivedAtEnd({ state, partial }: Standing, kind: InboxMessage['kind']): boolean {
  if (state === 'FAILURE') return RECEIVED_AFTER_FAILURE.includes(kind);
  return state === 'CANCELLED' && partial === true && RECEIVED_WHEN_PARTIAL.includes(kind);
}

/** Whether a message goes with the end of its run. */
export function isLeftOver(run: Standing, kind: InboxMessage['kind']): boolean {
  return MESSAGE_KINDS.includes(kind) && !mayReceive(run, kind);
}

/** Whether what was asked of a run stays until somebody takes it for that: it rests, or has ended in a way that it may go on from. */
export function mayGoOn({ state, partial }: Standing): boolean {
  return state === 'SUSPENDED' || state === 'FAILURE' || (state === 'CANCELLED' && partial === true);
}

/** What is asked of a run that rests SUSPENDED, and lets it go on. */
export const WAKES_SUSPENDED: readonly InboxMessage['kind'][] = ['cancel', 'halt', 'retryRevert', 'skipRevert'];

/** Whether a message of this kind is acted on at once in a run that no process has, by whoever takes it; others wait for a resume. */
export function isWokenBy(run: Standing, kind: InboxMessage['kind']): boolean {
  if (run.state === 'RUNNING') return true;
  if (run.state === 'SUSPENDED') return WAKES_SUSPENDED.includes(kind);
  return isReceivedAtEnd(run, kind);
}
