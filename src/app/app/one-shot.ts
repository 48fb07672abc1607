import type { AnyFlow, AnyTask, Provides, RootOf, RunOptionsFor, RunResult, Runs, RunsAlone, Unseen } from '../../authoring/index.js';
import type { Listener } from '../../engine/index.js';
import { grouping, memory, type Persistence } from '../../persistence/index.js';
import { rootOf } from '../registry/root.js';
import type { EngineOptions } from './app.js';
import { flowproof } from './flowproof.js';
import type { NewRunOptions } from './run-options.js';

/** The options of a one-shot run, beside its inputs. */
export interface OneShotOptions extends EngineOptions, NewRunOptions {
  /** Where the run is kept. Default: in memory. */
  readonly persistence?: Persistence;
  /** Called with every event, after it is durable. */
  readonly onEvent?: Listener;
}

/**
 * Runs a flow, or a single task, once and without an app of its own.
 *
 * @throws FlowDefinitionError `FLOW_DEFINITION`, InvalidInputError `INVALID_INPUT`: nothing was written
 * @throws PersistenceError
 *
 * @example
 * ```ts
 * import { linear, run, Task } from 'flowproof';
 *
 * @Task({ name: 'double', requires: ['n'], provides: ['twice'] })
 * class Double {
 *   async execute({ n }: { n: number }) {
 *     return { twice: 2 * n };
 *   }
 * }
 * const result = await run(linear('double').input<{ n: number }>().add(Double).build(), { inputs: { n: 21 } });
 * if (result.state === 'SUCCESS') console.log(result.results.twice);
 * ```
 */
export function run<F, const Given = Unseen>(
  flow: Runs<F>,
  options: RunOptionsFor<RootOf<F>, Given, OneShotOptions>,
): Promise<RunResult<RootOf<F>>>;
export function run<F>(flow: RunsAlone<F>): Promise<RunResult<RootOf<F>>>;
export async function run(root: AnyFlow | AnyTask, options: object = {}): Promise<unknown> {
  const flow = rootOf(root);
  const { app, started } = oneShot(flow, options);
  try {
    return await app.run(flow, started);
  } finally {
    await app.stop();
  }
}

/** Like {@link run}, but gives the results themselves. @throws FlowFailedError `FLOW_FAILED` for any other end than SUCCESS */
export function runOrThrow<F>(flow: RunsAlone<F>): Promise<Provides<RootOf<F>>>;
export function runOrThrow<F, Given = Unseen>(
  flow: Runs<F>,
  options: RunOptionsFor<RootOf<F>, Given, OneShotOptions>,
): Promise<Provides<RootOf<F>>>;
export async function runOrThrow(root: AnyFlow | AnyTask, options: object = {}): Promise<unknown> {
  const flow = rootOf(root);
  const { app, started } = oneShot(flow, options);
  try {
    return await app.runOrThrow(flow, started);
  } finally {
    await app.stop();
  }
}

interface UntypedApp {
  run(flow: AnyFlow, options: object): Promise<unknown>;
  runOrThrow(flow: AnyFlow, options: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** An app for one run; the types of its options were settled by the signatures above. */
function oneShot(flow: AnyFlow, options: { readonly inputs?: unknown } & NewRunOptions): { app: UntypedApp; started: object } {
  const { inputs, id, logbook, metadata, deadlineMs, ...rest } = options;
  const make = flowproof as unknown as (options: object) => UntypedApp;
  // Its process ends with its run: what others left is for those who stay. Executors are what an app has.
  const app = make({ persistence: memory(), ...rest, flows: [flow], recover: false, runsAnywhere: true });
  return {
    app,
    started: {
      ...(inputs === undefined ? {} : { inputs }),
      ...(id === undefined ? {} : { id }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...grouping({ logbook, metadata }),
    },
  };
}
