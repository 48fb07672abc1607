/**
 * What a change means for the runs of before. `safe`: all of them go on. `migration`: they go on if something is done
 * first, which the message says. `strands`: some would be refused.
 */
export type Verdict = 'safe' | 'migration' | 'strands';

export interface Change {
  readonly verdict: Verdict;
  readonly flow: string;
  /** The atom or flow that it is about. */
  readonly path: string;
  readonly message: string;
}

/** Makes a change of the flow that is compared. */
export type Say = (verdict: Verdict, path: string, message: string) => Change;
