import { type AtomStatus, mayBeUndone } from '../state/run-status.js';
import { beginAnew } from './anew.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';

/**
 * Everything is to be undone, whatever retries would say. The signals of what executes are aborted; reverts under way go on. In a run that
 * was cancelled where it was, what has failed to be undone is tried again.
 */
export function cancel(run: ActiveRun, step: Step, reason: string | undefined): void {
  const { cancelled, halted, state, atoms } = run.status;
  if ((cancelled && !halted) || state !== 'RUNNING') return;
  step.state(reason === undefined ? ['CANCEL'] : ['CANCEL', reason]);
  if (halted) for (const atom of atoms.keys()) retryRevert(run, step, atom);
  goBackAtOnce(run, step);
  step.commands.push({ do: 'abort', reason });
}

/** States that everything is undone, whatever retries would say, or were asked. */
export function goBackAtOnce(run: ActiveRun, step: Step): void {
  if (!run.status.goingBack) step.state(['INTEND', 'REVERT', 0, run.status.atoms.length]);
  for (let atom = run.frontier.nextUnsettled(); atom !== undefined; atom = run.frontier.nextUnsettled()) step.state(['SETTLED', atom]);
  run.frontier.questions.forget(() => true);
}

/**
 * The run is to end where it is: nothing more begins, and nothing is undone. What executes is told so and waited for, though no longer than
 * its app waits for code that was aborted; reverts under way go on to their end. Waits have done nothing, and are withdrawn.
 */
export function halt(run: ActiveRun, step: Step, reason: string | undefined): void {
  const { status, frontier } = run;
  if (status.halted || status.state !== 'RUNNING') return;
  step.state(reason === undefined ? ['HALT'] : ['HALT', reason]);
  for (let atom = frontier.nextUnsettled(); atom !== undefined; atom = frontier.nextUnsettled()) step.state(['SETTLED', atom]);
  for (const [atom, { state }] of status.atoms.entries()) if (state === 'WAITING') step.state(['REVERTED', atom]);
  frontier.questions.forget(() => true);
  step.commands.push({ do: 'abort', reason, isBounded: true });
}

/**
 * A run that ended in FAILURE goes on from what failed: reverts that have failed are called again, and what is to be undone
 * is; where there is none, what failed or was undone begins anew, and what is done stays done. Where it is not known what
 * failed has done, it is undone before.
 */
export function retryFailed(run: ActiveRun, step: Step): void {
  const { atoms, goingBack } = run.status;
  for (const atom of atoms.keys()) retryRevert(run, step, atom);
  if (goingBack) return;
  // An operator may have skipped the revert that was in its way, just before.
  const isStuck = atoms.some(({ state, intention }) => intention !== 'EXECUTE' && intention !== 'REDO' && mayBeUndone(state));
  const anew = new Set<number>();
  for (const [atom, status] of atoms.entries()) {
    const { state, intention, unsettled } = status;
    // An optional node that failed before is left out, and what came after it stands on that.
    if (intention === 'IGNORE') continue;
    if (intention !== 'EXECUTE') {
      if (!isStuck && !mayBeUndone(state)) anew.add(atom);
    } else if (isUnknown(status)) {
      step.state(['INTEND', 'REDO', atom, atom + 1]);
      if (unsettled) step.state(['SETTLED', atom]);
    } else if (state === 'FAILURE') anew.add(atom);
  }
  beginAnew(run, step, anew);
}

/** It failed, and what it did is not known: it is undone first. */
function isUnknown({ state, outcome, interruptions }: AtomStatus): boolean {
  return state === 'FAILURE' && (outcome === 'interrupted' || interruptions > 0);
}

/** A revert that has failed is called again, at once (D-7). */
export function retryRevert(run: ActiveRun, step: Step, atom: number): void {
  if (run.status.atoms[atom]?.state === 'REVERT_FAILURE') step.state(['SLEEP', atom, step.limits.nowMs]);
}

/** A person has undone what the revert could not: what came before can be undone now. */
export function skipRevert(run: ActiveRun, step: Step, atom: number): void {
  if (run.status.atoms[atom]?.state === 'REVERT_FAILURE') step.state(['REVERTED', atom]);
}
