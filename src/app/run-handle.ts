import type { AnyFlow, RunResult } from '../authoring/index.js';
import type { RunState } from '../model/states.js';

/** A run that was begun, or joined. */
export interface RunHandle<F extends AnyFlow> {
  readonly id: string;
  /** Its state as stored now. */
  state(): Promise<RunState>;
  /** Its outcome, when it ends or rests. Rejects like `app.run`. */
  result(): Promise<RunResult<F>>;
  /** Asks it to stop between two tasks; its result is then `SUSPENDED`. */
  suspend(): Promise<void>;
}
