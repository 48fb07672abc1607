import type { Clock } from '#model/clock.js';

/** All that a command may do to the world. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly folder: string;
  readonly color: boolean;
  readonly clock: Clock;
  /** The program that loads modules, when it is not the one that is built beside this. */
  readonly loader?: string;
  /** Aborted when the person stops the command. */
  readonly signal: AbortSignal;
}

/** `0`: nothing is wrong. `1`: errors were found. `2`: the command could not be done. */
export type ExitCode = 0 | 1 | 2;

/** What a person has to change before the command can be done. */
export class UsageError extends Error {
  override name = 'UsageError';
}
