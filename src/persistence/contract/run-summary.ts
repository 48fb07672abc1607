import type { RunState } from '../../model/states.js';
import type { Metadata } from './groups.js';
import type { WakeTime } from './takes.js';

/** A run as lists show it. */
export interface RunSummary {
  readonly runId: string;
  readonly key: string;
  readonly flow: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly inputsHash: string;
  readonly state: RunState;
  /** It was cancelled where it was, so that something that it has done stays done: an operator may have that undone yet. */
  readonly partial?: true;
  readonly createdAtMs: number;
  readonly logbook?: string;
  readonly metadata?: Metadata;
  /** Owner process, and whether it is alive now, where the store knows; absent when no process has the run. */
  readonly owner?: { readonly id: string; readonly alive?: boolean };
  /** Of a run that no process has, and that goes on by itself: when it is due. Of one that has just been taken or claimed: when that was. */
  readonly wakeAtMs?: WakeTime;
  /**
   * Of a run that no process has, and that goes on by itself: when its last entry was written, in milliseconds since 1970, by the clock of who wrote it. Told
   * where runs are found and listed; a store that does not know leaves it out.
   */
  readonly waitsSinceMs?: number;
  /** Which of the posted runs are claimed first. Absent: 0. */
  readonly priority?: number;
  /** Of a PENDING run: how many claims of it there have been that made no step, the one that it has with an owner included. Absent: none. */
  readonly takes?: number;
}
