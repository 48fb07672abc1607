/** How `run` and `flowproof` are declared with the types of the authoring room. */
import type { AnyFlow, AppRunOptionsFor, AppServices, RunOptionsFor, RunResult, RunsAlone, RunsAloneInApp, Unseen } from './support.js';

interface RunExtras {
  readonly id?: string;
}

export declare function run<F extends AnyFlow>(flow: RunsAlone<F>): Promise<RunResult<F>>;
export declare function run<F extends AnyFlow, Given = Unseen>(flow: F, options: RunOptionsFor<F, Given, RunExtras>): Promise<RunResult<F>>;

export interface App<in out Registered extends AnyFlow> {
  readonly flows: readonly Registered[];
  run<F extends Registered>(flow: RunsAloneInApp<F>): Promise<RunResult<F>>;
  run<F extends Registered>(flow: F, options: AppRunOptionsFor<F, RunExtras>): Promise<RunResult<F>>;
}

export declare function flowproof<const Flows extends readonly AnyFlow[], Given = Unseen>(
  options: { readonly flows: Flows; readonly leaseMs?: number } & AppServices<Flows, Given>,
): App<Flows[number]>;
