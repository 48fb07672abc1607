import type { CompiledDecider } from '../compilation/index.js';
import type { EngineEvent } from './decision.js';
import { resolveFailure } from './resolve.js';
import { type AtomStatus, isSkipped } from './run-state.js';
import type { Run, Step } from './step.js';

type Answer = Extract<EngineEvent, { kind: 'answered' }>;

/**
 * Takes the answer of a decider. When all that speak for its target have spoken, one `no` is enough to skip it, as far
 * as the widest `no` reaches (TaskFlow ). A decider that throws is a failure of its target (D-9).
 */
export function settleVote(run: Run, step: Step, { decider: index, question, answer }: Answer): void {
  if (!run.frontier.answered(index, question)) return;
  const decider = deciderOf(run, index);
  const first = run.status.atoms[decider.first] as AtomStatus;
  // The run goes back meanwhile, or the node has been skipped by another one: nobody needs the answer.
  if (first.state !== 'PENDING' || first.intention !== 'EXECUTE') return;
  if (typeof answer !== 'boolean') {
    step.state(['RUNNING', decider.first]);
    step.state(['FAILURE', decider.first, answer]);
    resolveFailure(run, step, decider.first);
    return;
  }
  step.state(['VOTE', decider.first, index, answer]);
  const all = decidersAt(run, decider.entry);
  if (all.some(([other, { first, source }]) => !hasVoted(run, first, other) && !isSkipped(run.status, source))) return;
  for (const [other, { first, skips }] of all) {
    if (run.status.atoms[first]?.votes[other] === false) for (const [from, until] of skips) skip(run, step, from, until);
  }
}

function skip(run: Run, step: Step, from: number, until: number): void {
  for (let atom = from; atom < until; atom++) {
    if (run.status.atoms[atom]?.state === 'PENDING') step.state(['IGNORE', atom]);
  }
}

function decidersAt(run: Run, entry: number): readonly (readonly [number, CompiledDecider])[] {
  return run.frontier.decidersAt(entry).map((index) => [index, deciderOf(run, index)] as const);
}

function hasVoted(run: Run, first: number, decider: number): boolean {
  return run.status.atoms[first]?.votes[decider] !== undefined;
}

function deciderOf(run: Run, index: number): CompiledDecider {
  return run.flow.deciders?.[index] as CompiledDecider;
}
