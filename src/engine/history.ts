import type { Attempt, History } from '../authoring/index.js';
import type { CompiledRetry } from '../compilation/index.js';
import { copyOfFailure, type FailureReport, findCause } from '../model/failure.js';
import type { Question } from './decision.js';
import type { AtomStatus } from './run-state.js';
import type { Run } from './step.js';

type Values = Readonly<Record<string, unknown>>;

/**
 * What a retry of the user's own knows: its attempts, and what failed in each; of several failures of one atom the first
 * (TaskFlow ).
 *
 * @param asked the failure that it is being asked about, which is not written down yet
 */
export function historyOf(run: Run, { index }: CompiledRetry, asked?: Extract<Question, { about: 'failure' }>): History<Values> {
  const { tried, decided, failure } = run.status.atoms[index] as AtomStatus;
  const attempts = tried.map((provided, at): Attempt<Values> => {
    const reports = decided.filter(({ attempt }) => attempt === at + 1).map((one) => [one.via, one.failure, one.execution] as const);
    const present = at === tried.length - 1 && asked !== undefined ? [heardOf(run, asked)] : [];
    return { provided: run.codec.decode(provided) as Values, failures: firstOfEach(run, [...reports, ...present]) };
  });
  return {
    length: attempts.length,
    attempts,
    ...(failure === undefined ? {} : { failure: copyOfFailure(failure) }),
    causedBy(error, attempt = attempts.length) {
      for (const report of attempts[attempt - 1]?.failures ?? []) {
        const found = findCause(report.failure, error);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

type Heard = readonly [via: number, failure: FailureReport['failure'], execution: number];

function heardOf(run: Run, { failed, via }: Extract<Question, { about: 'failure' }>): Heard {
  const [inner, outer] = [run.status.atoms[via], run.status.atoms[failed]];
  const heard = inner?.failure === undefined ? outer : inner;
  return [via, heard?.failure ?? { name: 'Error', message: 'nobody knows what failed' }, heard?.failedExecution ?? 0];
}

function firstOfEach(run: Run, heard: readonly Heard[]): FailureReport[] {
  const first = new Map<number, FailureReport>();
  for (const [via, failure, attempt] of heard) {
    if (!first.has(via))
      first.set(via, { path: run.flow.atoms[via]?.path ?? `#${via}`, phase: 'execute', attempt, failure: copyOfFailure(failure) });
  }
  return [...first.values()];
}
