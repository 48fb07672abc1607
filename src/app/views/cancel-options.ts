import { inWords } from '../../model/in-words.js';
import { isRunId, MAX_ID } from '../../model/names.js';

/** How a run is cancelled. */
export interface CancelOptions {
  /**
   * `false`: the run ends where it is. Nothing more begins, the signals of what is under way are aborted, and nothing is undone; what has not
   * ended after the app's `graceMs` is left. The result says `partial: true` where something that was done stays done, and `cancel(id)`
   * undoes that yet. Default: true.
   */
  readonly undo?: boolean;
  /** Why, for whoever reads of it: kept in plain text with the run. A text of 1 to 500 characters. */
  readonly reason?: string;
}

/** What was asked for. */
export interface CheckedCancel {
  readonly kind: 'cancel' | 'halt';
  readonly reason?: string;
}

/** @throws TypeError for what is neither */
export function checkedCancel(options?: CancelOptions): CheckedCancel {
  const { undo = true, reason } = options ?? {};
  if (typeof undo !== 'boolean') throw new TypeError(`cancel(id, { undo }) is ${inWords(undo)}: it must be true, the default, or false`);
  if (reason !== undefined && !isRunId(reason))
    throw new TypeError(`cancel(id, { reason }) is ${inWords(reason)}: it must be a text of 1 to ${MAX_ID} characters`);
  return { kind: undo ? 'cancel' : 'halt', ...(reason === undefined ? {} : { reason }) };
}
