import type { App, AtomView, RunHandle } from '../app/index.js';
import type { AnyFlow, FlowOf, KnownToApp, Provides, Requires } from '../authoring/index.js';
import { type FailureReport, withoutStacks } from '../model/failure.js';
import type { RunState } from '../model/states.js';

/** A stored run as data for tests: what it was given, what it gave, and what became of each task. Nothing in it is of one moment or machine. */
export interface Recorded<F> {
  readonly flow: string;
  readonly state: RunState;
  /** What the factory of its flow was called with. */
  readonly args?: unknown;
  /** `'[secret]'` in the place of secrets, whatever their type. */
  readonly inputs: Requires<F>;
  /** What it gave, when it ended in SUCCESS and the app has the version of the flow that it ran. */
  readonly results?: Provides<F>;
  /** What failed and was not overcome, in its order. */
  readonly failures: readonly FailureReport[];
  /** By path. */
  readonly atoms: { readonly [path: string]: RecordedAtom };
}

/** What became of a task, wait or retry: as `inspect` shows it, without times. */
export type RecordedAtom = Pick<
  AtomView,
  'kind' | 'state' | 'round' | 'executions' | 'reversions' | 'result' | 'failure' | 'overcome' | 'revertResult' | 'revertFailure'
>;

/**
 * Reads a stored run as a fixture, typed by its flow: for a test that begins with what a run in production was given, stubs that give
 * what its tasks gave, or a comparison of two runs. Secrets are masked. Ids of runs, times, owners and stacks are left out, so that
 * two runs that did the same are equal.
 *
 * @param app that has the flow; its store may be read only
 * @throws RunNotFoundError `RUN_NOT_FOUND`
 * @throws RunConflictError `RUN_CONFLICT` when it is a run of another flow
 *
 * @example
 * ```ts
 * import { defineTask, linear } from 'flowproof';
 * import { recorded, stub, testApp } from 'flowproof/testing';
 *
 * const quote = defineTask({ name: 'quote', requires: ['item'], provides: ['price'], execute: ({ item }: { item: string }) => ({ price: item.length }) });
 * const offer = linear('offer').input<{ item: string }>().add(quote).build();
 *
 * await using app = testApp({ flows: [offer] });
 * await app.run(offer, { id: 'o-1', inputs: { item: 'lamp' } });
 * const before = await recorded(app, offer, 'o-1');
 *
 * // The same again, with what the task gave then.
 * const stubs = [stub(quote, () => before.atoms['offer/quote']?.result as { price: number })];
 * await using again = testApp({ flows: [offer], stubs });
 * await again.run(offer, { id: 'o-2', inputs: before.inputs });
 * console.log((await recorded(again, offer, 'o-2')).results); // { price: 4 }
 * ```
 */
export async function recorded<Known extends AnyFlow, Root>(
  // Not as an App: all else of it is generic, and its flows could not be inferred.
  app: { handle(id: string): RunHandle<Known> },
  flow: KnownToApp<Root, Known>,
  id: string,
): Promise<Recorded<FlowOf<Root>>> {
  const run = await (app as unknown as Pick<App<readonly Known[]>, 'handle'>).handle(flow, id).inspect();
  return {
    ...{ flow: run.flow, state: run.state },
    ...('args' in run ? { args: run.args } : {}),
    inputs: run.inputs as Requires<FlowOf<Root>>,
    ...(run.results === undefined ? {} : { results: run.results as Provides<FlowOf<Root>> }),
    failures: run.failures.map((report) => ({ ...report, failure: withoutStacks(report.failure) })),
    atoms: Object.fromEntries(run.atoms.map((atom) => [atom.path, recordedAtom(atom)])),
  };
}

function recordedAtom(atom: AtomView): RecordedAtom {
  const { kind, state, round, executions, reversions } = atom;
  const failures = (['failure', 'overcome', 'revertFailure'] as const).flatMap((name) => {
    const failure = atom[name];
    return failure === undefined ? [] : [[name, withoutStacks(failure)] as const];
  });
  return {
    ...{ kind, state, round, executions, reversions },
    ...('result' in atom ? { result: atom.result } : {}),
    ...('revertResult' in atom ? { revertResult: atom.revertResult } : {}),
    ...Object.fromEntries(failures),
  };
}
