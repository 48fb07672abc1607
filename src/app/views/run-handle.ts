import type { AnyFlow, RunResult } from '../../authoring/index.js';
import type { RunStatistics } from '../../engine/index.js';
import type { RunState } from '../../model/states.js';
import type { InspectOptions, RunView } from './run-view.js';

/** A run that was begun, or joined. */
export interface RunHandle<F extends AnyFlow> {
  readonly id: string;
  /** Its state as stored now. */
  state(): Promise<RunState>;
  /** Its outcome, when it ends or rests. Rejects like `app.run`; with `RUN_NOT_FOUND` when it was pruned meanwhile. */
  result(): Promise<RunResult<F>>;
  /** Asks it to stop between two tasks; its result is then `SUSPENDED`. @throws RunEndedError `RUN_ENDED` */
  suspend(): Promise<void>;
  /** Asks it to end, undone: the signals of what is under way are aborted, the rest is reverted. Its result is then `CANCELLED`. @throws RunEndedError `RUN_ENDED` */
  cancel(): Promise<void>;
  /** What its journal says of it. @throws RunNotFoundError `RUN_NOT_FOUND` */
  inspect(options?: InspectOptions): Promise<RunView>;
  /** What its engine in this process has done so far; nothing when it was driven elsewhere. */
  statistics(): RunStatistics | undefined;
}
