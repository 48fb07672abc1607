import type { EncodedAttemptFailure, EncodedHistory } from '../../calls/index.js';
import type { Failure } from '../../model/failure.js';
import type { ActiveRun } from '../decide/run.js';
import { pathOf } from '../state/paths.js';
import type { Question } from '../state/protocol.js';
import type { AtomStatus, DecidedFailure } from '../state/run-status.js';

type Asked = Extract<Question, { readonly about: 'failure' }>;

/**
 * What a retry of the user's own knows, as data. A retry may try a hundred thousand times: nothing of it is copied.
 *
 * @param asked the failure that it is being asked about, which is not written down yet
 */
export function encodedHistory(run: ActiveRun, { tried, decided, failure }: AtomStatus, asked: Asked | undefined): EncodedHistory {
  const failures = encodedFailures(run, decided);
  return {
    attempts: tried,
    attemptCount: tried.length,
    failures,
    failureCount: failures.length,
    ...(asked === undefined ? {} : { asked: askedAbout(run, tried.length, asked) }),
    ...(failure === undefined ? {} : { failure }),
  };
}

const encoded = new WeakMap<readonly DecidedFailure[], EncodedAttemptFailure[]>();

/** Each one made once: the list only grows. */
function encodedFailures(run: ActiveRun, decided: readonly DecidedFailure[]): readonly EncodedAttemptFailure[] {
  const known = encoded.get(decided) ?? [];
  encoded.set(decided, known);
  for (let at = known.length; at < decided.length; at++) {
    const { attempt, via, execution, failure } = decided[at] as DecidedFailure;
    known.push({ attempt, path: pathOf(run.flow, via), execution, failure });
  }
  return known;
}

function askedAbout(run: ActiveRun, attempt: number, { failed, via }: Asked): EncodedAttemptFailure {
  const [inner, outer] = [run.status.atoms[via], run.status.atoms[failed]];
  const heard = inner?.failure === undefined ? outer : inner;
  const { failure = UNKNOWN, failedExecution: execution = 0 } = heard ?? {};
  return { attempt, path: pathOf(run.flow, via), execution, failure };
}

const UNKNOWN: Failure = { name: 'Error', message: 'the journal does not say what failed' };
