import { inWords } from '../../model/in-words.js';

/**
 * `handover`: nothing more is started, the tasks under way end, and other processes go on at once. `drain`: nothing more is taken
 * up, and the runs that are driven here end first, as far as there is time.
 */
export type StopMode = 'handover' | 'drain';

/** How an app or a conductor stops. */
export interface StopOptions {
  /** Default: `handover`. */
  readonly mode?: StopMode;
  /**
   * How long tasks under way are waited for with `handover`, in milliseconds: by default as long as the app's `graceMs` says. With
   * `drain`, how long runs are: by default 60,000, `Infinity` for ever; what is left then is handed over.
   */
  readonly graceMs?: number;
}

/** So long runs may take to end. */
export const DRAIN_MS = 60_000;

/** What was asked for, with the defaults. */
export interface CheckedStop {
  readonly mode: StopMode;
  readonly graceMs?: number;
}

/** @throws TypeError for a mode that there is not, or a time that is none */
export function checkedStop(options?: StopOptions): CheckedStop {
  const { mode = 'handover', graceMs } = options ?? {};
  if (mode !== 'handover' && mode !== 'drain')
    throw new TypeError(`stop({ mode }) is ${inWords(mode)}: there are 'handover', by default, and 'drain'`);
  if (graceMs === undefined) return { mode };
  if (typeof graceMs !== 'number' || !(graceMs >= 0))
    throw new TypeError(`stop({ graceMs }) is ${inWords(graceMs)}: it must be a number from 0`);
  return { mode, graceMs };
}
