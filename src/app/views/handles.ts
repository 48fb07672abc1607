import type { AnyFlow, RunResult } from '../../authoring/index.js';
import type { AnyRunResult, Engine, FlowEvent } from '../../engine/index.js';
import type { RunSummary } from '../../persistence/index.js';
import type { CancelOptions } from './cancel-options.js';
import type { FollowOptions } from './follow-options.js';
import type { RunHandle, SignalOptions } from './run-handle.js';
import type { InspectOptions, RunView } from './run-view.js';

/** What a handle asks of its app. */
export interface HandlingApp {
  find(id: string): Promise<RunSummary>;
  suspend(id: string): Promise<void>;
  /** Its result is that of a run which has heard it. */
  cancel(id: string, options?: CancelOptions): Promise<Pick<RunHandle<AnyFlow>, 'result'>>;
  inspect(id: string, options?: InspectOptions): Promise<RunView>;
  follow(id: string, options: FollowOptions | undefined, check: HandleParts['check']): AsyncIterable<FlowEvent>;
}

/** Sends a signal to one run. */
export type Signalling = (name: string, payload?: unknown, options?: SignalOptions) => Promise<void>;

export interface HandleParts {
  readonly app: HandlingApp;
  readonly result: () => Promise<AnyRunResult>;
  readonly signal: Signalling;
  /** Its engine, if this app drives it from its beginning. */
  readonly engine?: Engine | undefined;
  /** Refuses a run of another flow than the handle is for. */
  readonly check?: ((run: RunSummary) => void) | undefined;
}

/** The run of this id; nothing is read before it is used. */
export function handleOf(id: string, { app, result, signal, engine, check }: HandleParts): RunHandle<AnyFlow> {
  const found = async (): Promise<RunSummary> => {
    const run = await app.find(id);
    check?.(run);
    return run;
  };
  // Without a flow to check there is nothing to wait for: a listener that suspends its run is heard at once.
  const checked = <Done>(act: () => Promise<Done>): Promise<Done> => (check === undefined ? act() : found().then(act));
  // After `cancel`, `result` waits for the end that comes of it: a suspended run still has the outcome of before when it is read at once.
  let outcome = (): Promise<RunResult<AnyFlow>> => result() as Promise<RunResult<AnyFlow>>;
  return {
    id,
    state: async () => (await found()).state,
    result: () => outcome(),
    suspend: () => checked(() => app.suspend(id)),
    async cancel(options) {
      const cancelled = await checked(() => app.cancel(id, options));
      outcome = () => cancelled.result();
    },
    // The types of the handle have judged them, for the flow that it is of.
    signal: (name: unknown, ...[payload, options]: readonly unknown[]) => signal(name as string, payload, options as SignalOptions),
    inspect: (options) => checked(() => app.inspect(id, options)),
    follow: (options) => app.follow(id, options, check),
    statistics: () => engine?.statistics(),
  };
}
