import type { Firings } from './timing.js';

/** What becomes of firings that came when nobody could do them. */
export type CatchUp = 'none' | 'last' | 'all';

/** So many firings are caught up at most: the latest ones. */
export const MOST_CAUGHT_UP = 100;

/** A firing that nobody has done for so long is missed: apps look once a second, and a deploy takes longer than that. */
export const MISSED_AFTER_MS = 60_000;

/** What is to be done of a schedule that is due. */
export interface Due {
  /** The firings to do now, in their order. */
  readonly fires: readonly number[];
  /** When it is due after these; nothing: never again. */
  readonly nextAtMs: number | undefined;
}

/** What is due of a schedule whose next firing was to be at `nextAtMs`, when it is `nowMs`: whoever asks is told the same. */
export function dueOf(firings: Firings, catchUp: CatchUp, nextAtMs: number, nowMs: number): Due {
  const count = catchUp === 'all' ? MOST_CAUGHT_UP : 1;
  const fires = firings.latest(count, nowMs).filter((ms) => ms >= nextAtMs && (catchUp !== 'none' || nowMs - ms <= MISSED_AFTER_MS));
  return { fires: [...fires].reverse(), nextAtMs: firings.after(nowMs) };
}

/**
 * When a schedule is due that was due at `dueMs` by another timing: what nobody has done of the old one is caught up by the new one.
 *
 * @param dueMs nothing: it is new, or was paused
 */
export function firstOf(firings: Firings, nowMs: number, dueMs?: number): number | undefined {
  return firings.after(dueMs === undefined ? nowMs : Math.min(nowMs, dueMs - 1));
}
