import { isEnded, type RunState } from '../model/states.js';
import type { InboxMessage } from './journal.js';

/** What an operator may still ask of a run that ended in FAILURE: it goes on from what failed. */
export const RECEIVED_AFTER_FAILURE: readonly InboxMessage['kind'][] = ['retryFailed', 'retryRevert', 'skipRevert'];

/**
 * Whether a run in this state takes a message of this kind. Nothing of what a run no longer takes stays in its inbox:
 * otherwise a wish that came too late would be obeyed when the run is run again.
 */
export function mayReceive(state: RunState, kind: InboxMessage['kind']): boolean {
  return !isEnded(state) || (state === 'FAILURE' && RECEIVED_AFTER_FAILURE.includes(kind));
}
