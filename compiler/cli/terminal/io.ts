import type { Clock } from '#model/clock.js';

/** All that a command may do to the world. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly folder: string;
  readonly color: boolean;
  readonly clock: Clock;
  /** How wide the terminal is that is written to; absent: it is none, and nothing is shortened. */
  readonly columns?: number;
  /** Standard input, read when a command asks for it. */
  readonly input?: () => AsyncIterable<string>;
  /** Asks the person at the terminal, and gives the answer; absent: there is no terminal. */
  readonly ask?: (question: string) => Promise<string>;
  /** Does a command that reads sources in a place with a stack for sources of any depth; absent: this is such a place. */
  readonly deeply?: (args: readonly string[]) => Promise<ExitCode>;
  /** The program that loads modules, when it is not the one that is built beside this. */
  readonly loader?: string;
  /** Aborted when the person stops the command. */
  readonly signal: AbortSignal;
}

/**
 * `0`: it was done. `1`: the answer is no: errors were found, a run ended otherwise, the schema is behind. `2`: it was asked
 * wrongly, or there is a defect of ours. `3`: the store, the board or the broker is out of reach, or can't be used.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a person has to change before the command can be done. */
export class UsageError extends Error {
  override name = 'UsageError';
}
