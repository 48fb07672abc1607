import type { ExitCode, Io } from './io.js';

/** One call of the program. */
export interface Session {
  readonly io: Io;
  /** What it was called with. */
  readonly args: readonly string[];
  /** How it ends; set by the command that is done. */
  code: ExitCode;
}
