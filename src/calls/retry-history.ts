import type { Attempt, History } from '../authoring/index.js';
import type { Codec } from '../model/codec/codec.js';
import { copyOfFailure, type FailureReport, findCause } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { EncodedAttemptFailure, EncodedHistory } from './request.js';

type Values = Readonly<Record<string, unknown>>;

/**
 * What a retry of the user's own knows: its attempts, and what failed in each; of several failures of one atom the first
 * (TaskFlow ). A retry may try a hundred thousand times, and look at the last attempt only: each one is made
 * when it is looked at, and is a copy then.
 */
export function retryHistory(encoded: EncodedHistory, codec: Codec): History<Values> {
  const { attemptCount: length, asked, failure } = encoded;
  const attemptAt = (at: number): Attempt<Values> => attemptOf(encoded, codec, at, at === length - 1 ? asked : undefined);
  return {
    length,
    get attempts() {
      return length === 0 ? [] : [...earlierOf(encoded, codec), attemptAt(length - 1)];
    },
    ...(failure === undefined ? {} : { failure: copyOfFailure(failure) }),
    causedBy(error, attempt = length) {
      if (!(attempt >= 1 && attempt <= length)) return undefined;
      for (const report of attemptAt(attempt - 1).failures) {
        const found = findCause(report.failure, error);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

const earlier = new WeakMap<readonly Json[], Attempt<Values>[]>();

/** The attempts before the present one, each made once: the list of those who are over only grows. */
function earlierOf(encoded: EncodedHistory, codec: Codec): readonly Attempt<Values>[] {
  const { attempts, attemptCount } = encoded;
  const known = earlier.get(attempts) ?? [];
  earlier.set(attempts, known);
  while (known.length < attemptCount - 1) known.push(attemptOf(encoded, codec, known.length, undefined));
  return known.length < attemptCount ? known : known.slice(0, attemptCount - 1);
}

function attemptOf(
  { attempts, failures, failureCount }: EncodedHistory,
  codec: Codec,
  at: number,
  asked: EncodedAttemptFailure | undefined,
): Attempt<Values> {
  return {
    get provided() {
      return codec.decode(attempts[at] as Json) as Values;
    },
    get failures() {
      const known = failuresIn(failures, failureCount, at + 1);
      return firstOfEach(asked === undefined ? known : [...known, asked]);
    },
  };
}

/** Failures are in the order of their attempts. */
function failuresIn(failures: readonly EncodedAttemptFailure[], count: number, attempt: number): readonly EncodedAttemptFailure[] {
  let [from, end] = [0, count];
  while (from < end) {
    const middle = (from + end) >> 1;
    if ((failures[middle] as EncodedAttemptFailure).attempt < attempt) from = middle + 1;
    else end = middle;
  }
  while (end < count && failures[end]?.attempt === attempt) end++;
  return failures.slice(from, end);
}

function firstOfEach(failures: readonly EncodedAttemptFailure[]): FailureReport[] {
  const first = new Map<string, FailureReport>();
  for (const { path, failure, execution } of failures) {
    if (first.has(path)) continue;
    first.set(path, { path, phase: 'execute', attempt: execution, failure: copyOfFailure(failure) });
  }
  return [...first.values()];
}
