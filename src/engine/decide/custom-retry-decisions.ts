import { rulingIn } from '../../calls/index.js';
import { timeAfter } from '../../model/clock.js';
import { pathOf } from '../state/paths.js';
import type { Answer, Question } from '../state/protocol.js';
import { atomOf } from '../state/run-status.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';

/**
 * Takes what a retry of the user's own said about a failure. One that throws, or says something else, has failed
 * itself: then it counts as REVERT, and the retry around it is asked about that failure (D-9).
 */
export function settleDecision(run: ActiveRun, step: Step, question: Extract<Question, { about: 'failure' }>, answer: Answer): void {
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
