import { LATEST_MS, timeAfter } from '../../model/clock.js';
import { type Failure, statedFailure } from '../../model/failure.js';
import { inWords } from '../../model/in-words.js';
import { DECISIONS, type Decision } from '../../model/states.js';
import { pathOf } from '../state/paths.js';
import type { Answer, Question } from '../state/protocol.js';
import { atomOf } from '../state/run-status.js';
import type { Run, Step } from './step.js';

/**
 * Takes what a retry of the user's own said about a failure. One that throws, or says something else, has failed
 * itself: then it counts as REVERT, and the retry around it is asked about that failure (D-9).
 */
export function settleDecision(run: Run, step: Step, question: Extract<Question, { about: 'failure' }>, answer: Answer): void {
  const { retry, failed, via } = question;
  if (run.status.atoms[failed]?.unsettled !== true) return;
  const path = pathOf(run.flow, retry);
  const ruling = answer.failure ?? rulingIn(path, answer.answer);
  if ('name' in ruling) {
    step.state(['FAILURE', retry, ruling]);
    step.state(['DECIDED', retry, failed, via, 'REVERT']);
    return;
  }
  step.state(['DECIDED', retry, failed, via, ruling.decision]);
  const { intention } = atomOf(run.status, retry);
  if (ruling.delayMs > 0 && intention === 'EXECUTE') step.state(['SLEEP', retry, timeAfter(step.limits.nowMs, ruling.delayMs)]);
}

interface Ruling {
  readonly decision: Decision;
  readonly delayMs: number;
}

function rulingIn(path: string, answer: unknown): Ruling | Failure {
  if (isDecision(answer)) return { decision: answer, delayMs: 0 };
  if (typeof answer !== 'object' || answer === null) return badAnswer(path, answer);
  const { decision, delayMs = 0 } = answer as { readonly decision?: unknown; readonly delayMs?: unknown };
  if (!isDecision(decision)) return badAnswer(path, answer);
  if (decision !== 'RETRY') return { decision, delayMs: 0 };
  if (typeof delayMs === 'number' && delayMs >= 0 && delayMs <= LATEST_MS) return { decision, delayMs };
  const message = `onFailure of '${path}' said delayMs: ${inWords(delayMs)}: it has to be a number of milliseconds from 0 to ${LATEST_MS}`;
  return statedFailure({ ...BAD_ANSWER, message });
}

function isDecision(value: unknown): value is Decision {
  return DECISIONS.some((word) => word === value);
}

const BAD_ANSWER = { name: 'RetryError', code: 'BAD_ANSWER' } as const;

function badAnswer(path: string, answer: unknown): Failure {
  const message = `onFailure of '${path}' said ${inWords(answer)}: it has to say ${DECISIONS.join(', ')}`;
  return statedFailure({ ...BAD_ANSWER, message });
}
