import { unusableAnswer } from '../../calls/index.js';
import type { Answer } from '../state/protocol.js';
import { atomOf } from '../state/run-status.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';
import { skippedAt } from './verdict.js';
import { failAtOnce } from './waits.js';

/**
 * Takes the answer of a decider. When all that speak for its target have spoken, one `no` is enough to skip it, as far
 * as the widest `no` reaches (TaskFlow ). A choice speaks for all its branches at once. A decider that
 * throws, or says something else, is a failure of its target (D-9).
 */
export function settleVote(run: ActiveRun, step: Step, index: number, { answer, failure }: Answer): void {
  const { deciders } = run.frontier;
  const decider = deciders.decider(index);
  const first = atomOf(run.status, decider.first);
  // The run goes back meanwhile, or another decider has skipped the node: the answer changes nothing.
  if (first.state !== 'PENDING' || first.intention !== 'EXECUTE') return;
  const wrong = failure ?? unusableAnswer(decider, answer);
  if (wrong !== undefined) {
    failAtOnce(run, step, decider.first, wrong);
    return;
  }
  const spoken = decider.choice === undefined ? [index] : deciders.branchesOf(decider.choice.id);
  for (const other of spoken) {
    const { first: atom, choice } = deciders.decider(other);
    step.state(['VOTE', atom, other, choice === undefined ? answer === true : answer === choice.chosenBy]);
  }
  for (const other of spoken) settleTarget(run, step, deciders.decider(other).entry);
}

function settleTarget(run: ActiveRun, step: Step, entry: number): void {
  const { frontier, status } = run;
  const skips = skippedAt(
    status,
    frontier.deciders.of(entry).map((index) => [index, frontier.deciders.decider(index)] as const),
  );
  for (const [from, end] of skips) {
    for (let atom = from; atom < end; atom++) if (status.atoms[atom]?.state === 'PENDING') step.state(['IGNORE', atom]);
  }
  if (skips.length > 0) frontier.skipped();
}
