import type { AnyFlow, RunResult, SentWith, SignalIn } from '../../authoring/index.js';
import type { FlowEvent, RunStatistics } from '../../engine/index.js';
import type { RunState } from '../../model/states.js';
import type { CancelOptions } from './cancel-options.js';
import type { FollowOptions } from './follow-options.js';
import type { InspectOptions, RunView } from './run-view.js';

/** How a signal is sent. */
export interface SignalOptions {
  /**
   * Your name for this signal, such as the id of a webhook: of several with one name to the same run one is heard, as long as it is
   * among the last 1,000. A text of 1 to 500 characters. Default: a new one.
   */
  readonly messageId?: string;
}

/** A run that was begun, or joined. */
export interface RunHandle<F extends AnyFlow> {
  readonly id: string;
  /** Its state as stored now. */
  state(): Promise<RunState>;
  /** Its outcome, when it ends or rests. Rejects like `app.run`; with `RUN_NOT_FOUND` when it was pruned meanwhile. */
  result(): Promise<RunResult<F>>;
  /** Asks it to stop between two tasks; its result is then `SUSPENDED`. @throws RunEndedError `RUN_ENDED` */
  suspend(): Promise<void>;
  /**
   * Asks it to end: the signals of what is under way are aborted, and what was done is reverted, or stays done with `undo: false`. Its result
   * is then `CANCELLED`. As `app.cancel` does.
   *
   * @throws RunEndedError `RUN_ENDED`
   */
  cancel(options?: CancelOptions): Promise<void>;
  /**
   * Sends it a signal, as `app.signal` does.
   *
   * @throws InvalidInputError `INVALID_INPUT`, RunEndedError `RUN_ENDED`, SignalsFullError `SIGNALS_FULL`
   */
  signal<const Name extends string>(name: SignalIn<F, Name>, ...sent: [...SentWith<F, Name>, options?: SignalOptions]): Promise<void>;
  /** What becomes of it, from its journal: see `app.follow`. */
  follow(options?: FollowOptions): AsyncIterable<FlowEvent>;
  /** What its journal says of it. @throws RunNotFoundError `RUN_NOT_FOUND` */
  inspect(options?: InspectOptions): Promise<RunView>;
  /** What its engine in this process has done so far; nothing when it was driven elsewhere. */
  statistics(): RunStatistics | undefined;
}
