import type { Failure } from '../model/failure.js';
import { DECISIONS, type Decision } from '../model/states.js';
import type { Answer, Question } from './decision.js';
import type { AtomStatus } from './run-state.js';
import type { Run, Step } from './step.js';

/**
 * Takes what a retry of the user's own said about a failure. One that throws, or says something else, has failed
 * itself: then it counts as REVERT, and the retry around it is asked about that failure (D-9).
 */
export function settleDecision(run: Run, step: Step, question: Extract<Question, { about: 'failure' }>, answer: Answer): void {
  const { retry, failed, via } = question;
  if (run.status.atoms[failed]?.unsettled !== true) return;
  const said = answer.failure === undefined ? decisionIn(answer.answer) : undefined;
  if (said === undefined) {
    const path = run.flow.atoms[retry]?.path ?? '';
    step.state(['FAILURE', retry, answer.failure ?? faultOf(path, answer.answer)]);
    step.state(['DECIDED', retry, failed, via, 'REVERT']);
    return;
  }
  step.state(['DECIDED', retry, failed, via, said.decision]);
  const { intention } = run.status.atoms[retry] as AtomStatus;
  if (said.delayMs > 0 && intention === 'EXECUTE') step.state(['SLEEP', retry, step.limits.nowMs + said.delayMs]);
}

function decisionIn(answer: unknown): { readonly decision: Decision; readonly delayMs: number } | undefined {
  if (isDecision(answer)) return { decision: answer, delayMs: 0 };
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { decision, delayMs } = answer as { readonly decision?: unknown; readonly delayMs?: unknown };
  if (!isDecision(decision)) return undefined;
  return { decision, delayMs: decision === 'RETRY' && typeof delayMs === 'number' && delayMs > 0 ? Math.round(delayMs) : 0 };
}

function isDecision(value: unknown): value is Decision {
  return DECISIONS.some((word) => word === value);
}

function faultOf(path: string, answer: unknown): Failure {
  const said = typeof answer === 'string' ? `'${answer}'` : String(answer);
  return { name: 'RetryError', code: 'BAD_ANSWER', message: `onFailure of '${path}' said ${said}: it has to say ${DECISIONS.join(', ')}` };
}
