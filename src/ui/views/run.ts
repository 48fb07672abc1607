import type { AtomView, RunView } from '../../app/index.js';
import { systemClock } from '../../model/clock.js';
import type { FailureReport } from '../../model/failure.js';
import { type Action, actionsFor } from '../actions/actions.js';
import type { Asked } from '../base/asked.js';
import { idIn } from './query.js';
import { type ShownFailure, shownFailure } from './shown-failure.js';
import { type ShownValue, shownRecord, shownValue } from './shown-value.js';
import { type WhyWaiting, whyWaiting } from './why-waiting.js';

/** A run as the page shows it. */
export interface ShownRun extends Omit<RunView, 'args' | 'inputs' | 'results' | 'failures' | 'atoms' | 'waiting'> {
  /** The server's, in milliseconds since 1970. */
  readonly nowMs: number;
  /** The app has its flow, and can act on it. */
  readonly known: boolean;
  /** What whoever asks can ask of it now. */
  readonly actions: readonly Action[];
  readonly waits: readonly WhyWaiting[];
  readonly args?: ShownValue;
  readonly inputs: readonly NamedValue[];
  readonly results?: readonly NamedValue[];
  readonly failures: readonly (Omit<FailureReport, 'failure'> & { readonly failure: ShownFailure })[];
  readonly atoms: readonly ShownAtom[];
  /** So many more are not described. */
  readonly moreAtoms?: number;
}

export type NamedValue = ShownValue & { readonly name: string };

type Values = 'progressDetails' | 'result' | 'revertResult';
type Failures = 'failure' | 'overcome' | 'revertFailure';

export type ShownAtom = Omit<AtomView, Values | Failures> & { readonly [Name in Values]?: ShownValue } & {
  readonly [Name in Failures]?: ShownFailure;
};

/** So many tasks of one run are described. */
const MOST_ATOMS = 5_000;

/** `GET …/run`: a run as its journal tells it, with secrets masked. */
export async function runView({ app, query, role }: Asked): Promise<ShownRun> {
  const { app: source, inside } = app();
  const run = await source.inspect(idIn(query));
  const known = inside.knows(run.flow);
  const actions = role === 'operate' && !inside.isReadOnly ? actionsFor(run, known) : [];
  return { ...shownRun(run), nowMs: systemClock.nowMs(), known, actions };
}

export function shownRun(run: RunView): Omit<ShownRun, 'nowMs' | 'known' | 'actions'> {
  const { args, inputs, results, failures, atoms, waiting: _, ...plain } = run;
  return {
    ...plain,
    waits: whyWaiting(run),
    ...(args === undefined ? {} : { args: shownValue(args) }),
    inputs: shownRecord(inputs),
    ...(results === undefined ? {} : { results: shownRecord(results) }),
    failures: failures.map(({ failure, ...where }) => ({ ...where, failure: shownFailure(failure) })),
    atoms: atoms.slice(0, MOST_ATOMS).map(shownAtom),
    ...(atoms.length > MOST_ATOMS ? { moreAtoms: atoms.length - MOST_ATOMS } : {}),
  };
}

function shownAtom({ progressDetails, result, failure, overcome, revertResult, revertFailure, ...plain }: AtomView): ShownAtom {
  return {
    ...plain,
    ...(progressDetails === undefined ? {} : { progressDetails: shownValue(progressDetails) }),
    ...(result === undefined ? {} : { result: shownValue(result) }),
    ...(revertResult === undefined ? {} : { revertResult: shownValue(revertResult) }),
    ...(failure === undefined ? {} : { failure: shownFailure(failure) }),
    ...(overcome === undefined ? {} : { overcome: shownFailure(overcome) }),
    ...(revertFailure === undefined ? {} : { revertFailure: shownFailure(revertFailure) }),
  };
}
