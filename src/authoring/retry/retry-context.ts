/**
 * What a retry of your own gets beside its history and its inputs. Say which services it needs in the type argument;
 * the flow collects them, as it does those of its tasks.
 */
export interface RetryContext<out Services = {}> {
  /** What the app was given; never stored. */
  readonly services: Services;
  /** Aborted when this call should end, as that of a task: `revert` of a cancelled run goes on to its end. */
  readonly signal: AbortSignal;
  readonly runId: string;
  /** Node names from the root flow to the flow that this retry guards, joined by `/`, and `(retry)`. */
  readonly path: string;
  /** Which attempt of the flow it is about, from 1. */
  readonly attempt: number;
}
