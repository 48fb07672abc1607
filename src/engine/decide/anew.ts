import type { Run, Step } from './step.js';
import { skippedBy } from './verdict.js';

/**
 * Atoms begin anew of which nothing is left. What was voted about them holds where they failed, and where only a part of a
 * choice begins anew; and what others have skipped stays skipped, since those are not asked again.
 */
export function beginAnew(run: Run, step: Step, anew: ReadonlySet<number>): void {
  const { atoms } = run.status;
  for (const atom of anew) {
    const votes = standingVotes(run, anew, atom);
    step.state(['RESET', atom, atom + 1]);
    for (const [decider, yes] of votes) step.state(['VOTE', atom, decider, yes]);
  }
  for (const atom of skippedBy(run.flow, run.status)) if (atoms[atom]?.state === 'PENDING') step.state(['IGNORE', atom]);
  run.frontier.skipped();
}

/**
 * What was to run again after it was undone does so, although no retry that would see to that tries again: it has given up, or
 * an operator has asked for it.
 *
 * @returns whether there was something
 */
export function bringBack(run: Run, step: Step): boolean {
  if (!run.frontier.bringsBack) return false;
  const anew = new Set<number>();
  for (const [index, { intention }] of run.status.atoms.entries()) {
    if (intention !== 'REDO') continue;
    const atom = run.flow.atoms[index];
    // With a retry all of its flow.
    const until = atom?.kind === 'retry' ? atom.until : index + 1;
    for (let one = index; one < until; one++) anew.add(one);
  }
  beginAnew(run, step, anew);
  return true;
}

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
