import type { Attempt, History } from '../../authoring/index.js';
import type { CompiledRetry } from '../../compilation/index.js';
import { copyOfFailure, type Failure, type FailureReport, findCause } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import { pathOf } from '../state/paths.js';
import type { Question } from '../state/protocol.js';
import { type AtomStatus, atomOf, type DecidedFailure } from '../state/run-status.js';
import type { Run } from './step.js';

type Values = Readonly<Record<string, unknown>>;
type Asked = Extract<Question, { about: 'failure' }>;

/**
 * What a retry of the user's own knows: its attempts, and what failed in each; of several failures of one atom the first
 * (TaskFlow ). A retry may try a hundred thousand times, and look at the last attempt only: each one is made
 * when it is looked at, and is a copy then.
 *
 * @param asked the failure that it is being asked about, which is not written down yet
 */
export function retryHistory(run: Run, { index }: CompiledRetry, asked?: Asked): History<Values> {
  const status = atomOf(run.status, index);
  const { tried, failure } = status;
  const last = tried.length - 1;
  const attempt = (index: number): Attempt<Values> => attemptOf(run, status, index, index === last ? asked : undefined);
  return {
    length: tried.length,
    get attempts() {
      return tried.length === 0 ? [] : [...earlierOf(run, status, last), attempt(last)];
    },
    ...(failure === undefined ? {} : { failure: copyOfFailure(failure) }),
    causedBy(error, number = last + 1) {
      if (!(number >= 1 && number <= last + 1)) return undefined;
      for (const report of attempt(number - 1).failures) {
        const found = findCause(report.failure, error);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

const earlier = new WeakMap<readonly Json[], Attempt<Values>[]>();

/** The attempts before the present one, each made once: they are over, and do not change. */
function earlierOf(run: Run, status: AtomStatus, count: number): readonly Attempt<Values>[] {
  const known = earlier.get(status.tried) ?? [];
  earlier.set(status.tried, known);
  while (known.length < count) known.push(attemptOf(run, status, known.length, undefined));
  return known;
}

function attemptOf(run: Run, status: AtomStatus, index: number, asked: Asked | undefined): Attempt<Values> {
  const { tried } = status;
  return {
    get provided() {
      return run.codec.decode(tried[index] as Json) as Values;
    },
    get failures() {
      // A history that is kept beyond a reset of its retry has no failures of the attempts that come after that.
      const decided = status.tried === tried ? failuresIn(status.decided, index + 1) : [];
      return firstOfEach(run, asked === undefined ? decided : [...decided, heardOf(run, asked)]);
    },
  };
}

/** Failures are in the order of their attempts. */
function failuresIn(decided: readonly DecidedFailure[], attempt: number): readonly DecidedFailure[] {
  let [from, until] = [0, decided.length];
  while (from < until) {
    const middle = (from + until) >> 1;
    if ((decided[middle] as DecidedFailure).attempt < attempt) from = middle + 1;
    else until = middle;
  }
  while (decided[until]?.attempt === attempt) until++;
  return decided.slice(from, until);
}

type Heard = Pick<DecidedFailure, 'via' | 'failure' | 'execution'>;

function heardOf(run: Run, { failed, via }: Asked): Heard {
  const [inner, outer] = [run.status.atoms[via], run.status.atoms[failed]];
  const heard = inner?.failure === undefined ? outer : inner;
  return { via, failure: heard?.failure ?? UNKNOWN, execution: heard?.failedExecution ?? 0 };
}

const UNKNOWN: Failure = { name: 'Error', message: 'the journal does not say what failed' };

function firstOfEach(run: Run, heard: readonly Heard[]): FailureReport[] {
  const first = new Map<number, FailureReport>();
  for (const { via, failure, execution } of heard) {
    if (first.has(via)) continue;
    first.set(via, { path: pathOf(run.flow, via), phase: 'execute', attempt: execution, failure: copyOfFailure(failure) });
  }
  return [...first.values()];
}
