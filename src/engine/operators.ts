import { mayBeUndone } from './run-state.js';
import type { Run, Step } from './step.js';
import { skippedBy } from './verdict.js';

/** Everything is to be undone, whatever retries would say. What executes is told so; what is being undone already goes on. */
export function cancel(run: Run, step: Step): void {
  if (run.status.cancelled || run.status.state !== 'RUNNING') return;
  step.state(['CANCEL']);
  if (!run.status.goingBack) step.state(['INTEND', 'REVERT', 0, run.status.atoms.length]);
  for (let atom = run.frontier.nextUnsettled(); atom !== undefined; atom = run.frontier.nextUnsettled()) step.state(['SETTLED', atom]);
  run.frontier.questions.forget(() => true);
  step.commands.push({ do: 'abort' });
}

/**
 * A run that ended in FAILURE goes on from what failed: reverts that have failed are called again, and what is to be undone
 * is; where there is none, what failed or was undone begins anew, and what is done stays done.
 */
export function retryFailed(run: Run, step: Step): void {
  const { atoms } = run.status;
  for (const atom of atoms.keys()) retryRevert(run, step, atom);
  // An operator may have skipped the revert that was in its way, just before.
  if (run.status.goingBack || atoms.some(({ state, intention }) => intention !== 'EXECUTE' && mayBeUndone(state))) return;
  const anew = new Set(atoms.flatMap(({ state, intention }, atom) => (state === 'FAILURE' || intention !== 'EXECUTE' ? [atom] : [])));
  for (const atom of anew) {
    const votes = standingVotes(run, anew, atom);
    step.state(['RESET', atom, atom + 1]);
    for (const [decider, yes] of votes) step.state(['VOTE', atom, decider, yes]);
  }
  // Others have skipped it, and are not asked again.
  for (const atom of skippedBy(run.flow, run.status)) if (atoms[atom]?.state === 'PENDING') step.state(['IGNORE', atom]);
  run.frontier.skipped();
}

/** What was voted about what failed holds, and so does a choice of which something does not begin anew. */
function standingVotes({ status, frontier }: Run, anew: ReadonlySet<number>, atom: number): readonly (readonly [number, boolean])[] {
  const { intention = 'EXECUTE', votes = {} } = status.atoms[atom] ?? {};
  const isStanding = (decider: number): boolean => {
    const { choice } = frontier.ballot.decider(decider);
    if (intention === 'EXECUTE' || choice === undefined) return intention === 'EXECUTE';
    return frontier.ballot.branchesOf(choice.id).some((branch) => {
      const { first, until } = frontier.ballot.decider(branch);
      return Array.from({ length: until - first }, (_, offset) => first + offset).some((one) => !anew.has(one));
    });
  };
  return Object.entries(votes).flatMap(([decider, yes]) => (isStanding(Number(decider)) ? [[Number(decider), yes] as const] : []));
}

/** A revert that has failed is called again, at once (D-7). */
export function retryRevert(run: Run, step: Step, atom: number): void {
  if (run.status.atoms[atom]?.state === 'REVERT_FAILURE') step.state(['SLEEP', atom, step.limits.nowMs]);
}

/** A person has undone what the revert could not: what came before can be undone now. */
export function skipRevert(run: Run, step: Step, atom: number): void {
  if (run.status.atoms[atom]?.state === 'REVERT_FAILURE') step.state(['REVERTED', atom]);
}
