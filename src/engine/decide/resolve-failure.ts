import type { CompiledDecider, CompiledRetry, OptionalPart } from '../../compilation/index.js';
import { timeAfter } from '../../model/clock.js';
import type { Failure } from '../../model/failure.js';
import type { Decision } from '../../model/states.js';
import { enclosingRetryOf } from '../state/enclosing-retries.js';
import type { Question } from '../state/protocol.js';
import { type AtomStatus, atomOf, isSkipped, isTakenBack } from '../state/run-status.js';
import { begunDownstream, downstreamOf } from './downstream.js';
import { decisionOf, pauseBefore } from './retries.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';

/** States that an atom has failed, and settles what that means; where a custom retry has to be asked first, that waits. */
export function fail(run: ActiveRun, step: Step, word: 'FAILURE' | 'INTERRUPTED', atom: number, failure: Failure): void {
  step.state([word, atom, failure]);
  settleFailure(run, step, atom);
}

/** Where failures are to be left as they are: not in a run that goes back already, such as one that was cancelled. */
export function leavesFailures({ status }: ActiveRun, { limits }: Step): boolean {
  return limits.onFailure === 'stop' && !status.goingBack;
}

/** Failures are settled one after another, in the order in which they are stated. */
export function settleFailure(run: ActiveRun, step: Step, failed: number): void {
  // It means nothing for what comes next: nothing does.
  if (run.status.halted) return;
  const mustWait = leavesFailures(run, step) || run.frontier.nextUnsettled() !== undefined;
  if (mustWait || resolveFailure(run, step, failed) !== undefined) step.state(['UNSETTLED', failed]);
}

/**
 * Settles what a failed atom means for the run: its retry decides, when that gives up the retry around it, and when
 * none retries the whole run goes back. TaskFlow, with differences D-1 and D-6.
 *
 * @returns what has to be asked before: then nothing was stated
 */
export function resolveFailure(run: ActiveRun, step: Step, failed: number): Question | undefined {
  const isPermanent = atomOf(run.status, failed).failure?.permanent === true;
  let gaveUp: CompiledRetry | undefined;
  let via = failed;
  let part = toleratedBy(run, failed);
  for (let asked = enclosingRetryOf(run.flow, failed); ; via = asked, asked = enclosingRetryOf(run.flow, asked)) {
    for (; part !== undefined && part.first > asked; part = part.outer) if (leaveOut(run, step, part, failed)) return undefined;
    if (asked < 0) break;
    const retry = run.flow.atoms[asked] as CompiledRetry;
    const decision = isPermanent || !hasBegun(atomOf(run.status, asked)) ? 'REVERT' : decisionOf(run, retry, failed, via);
    if (decision === undefined) return { about: 'failure', retry: asked, failed, via };
    // What would be undone for good in an optional node is left out with it, and no retry further out is asked.
    if (decision === 'REVERT_LOCAL') for (; part !== undefined; part = part.outer) if (leaveOut(run, step, part, failed)) return undefined;
    if (decision === 'REVERT') {
      gaveUp ??= retry;
      continue;
    }
    apply(run, step, decision, retry);
    abortDoomed(run, step);
    return undefined;
  }
  apply(run, step, gaveUp === undefined ? 'REVERT_ALL' : run.flow.semantics.givenUp, gaveUp);
  abortDoomed(run, step);
  return undefined;
}

/**
 * The innermost optional node that a failure is one of. What a decider has thrown stands at the first atom of the node that it was
 * asked about, and is of that whole node; of a choice, which stands for none of its branches, it is of the flow that the choice is in.
 * A run that may have no more steps goes back, whatever of it is optional.
 */
function toleratedBy({ flow, status }: ActiveRun, failed: number): OptionalPart | undefined {
  const { failure, votes } = atomOf(status, failed);
  if (flow.optional === undefined || failure?.code === 'JOURNAL_FULL') return undefined;
  const unsaid = (flow.deciders ?? []).filter(
    ({ first, source }, index) => first === failed && votes[index] === undefined && !isSkipped(status, source),
  );
  let part = flow.optional[failed];
  while (part !== undefined && unsaid.some((decider) => isWithin(decider, part?.path ?? ''))) part = part.outer;
  return part;
}

/** Whether a node is only a part of what a decider is asked about. */
function isWithin({ target, choice }: CompiledDecider, path: string): boolean {
  return (choice !== undefined && path === target) || path.startsWith(`${target}/`);
}

/**
 * An optional node that has failed is undone and left out, and the run goes on without it; what is taken back already stays so.
 *
 * @returns whether that settles the failure: not where a changed flow has put the node before what has begun
 */
function leaveOut(run: ActiveRun, step: Step, part: OptionalPart, failed: number): boolean {
  const { first, end } = part;
  if (isTakenBack(atomOf(run.status, first)) && isTakenBack(atomOf(run.status, failed))) return true;
  if (begunDownstream(run, { index: first, end }).length > 0) return false;
  step.state(['INTEND', 'IGNORE', first, end]);
  abortDoomed(run, step);
  return true;
}

/** A retry that a changed flow has put around what had begun already may not have come to its first attempt: it can't make another one. */
function hasBegun({ state, tried }: AtomStatus): boolean {
  return state !== 'PENDING' && (state !== 'RUNNING' || tried.length > 0);
}

/** What is undone already can't be retried any more: an intention to revert is never taken back. */
function apply(run: ActiveRun, step: Step, decision: Exclude<Decision, 'REVERT'>, retry: CompiledRetry | undefined): void {
  const { status } = run;
  if (decision === 'REVERT_ALL' || retry === undefined) {
    if (!status.goingBack) step.state(['INTEND', 'REVERT', 0, status.atoms.length]);
    return;
  }
  const { index, end } = retry;
  const { intention } = atomOf(run.status, index);
  if (isTakenBack(atomOf(run.status, index)) || (decision === 'RETRY' && intention === 'RETRY')) return;
  if (decision === 'RETRY') {
    const pauseMs = pauseBefore(run, retry);
    if (pauseMs > 0) step.state(['SLEEP', index, timeAfter(step.limits.nowMs, pauseMs)]);
    step.state(['INTEND', 'RETRY', index, index + 1]);
    step.state(['INTEND', 'REVERT', index + 1, end]);
    for (const [from, to] of begunDownstream(run, retry)) step.state(['INTEND', 'REDO', from, to]);
    return;
  }
  step.state(['INTEND', 'REVERT', index, end]);
  for (const [from, to] of downstreamOf(run, retry)) step.state(['INTEND', 'REVERT', from, to]);
}

/** Aborts the signals of calls whose work is to be undone anyway, in an app with `abortSiblings`. */
function abortDoomed(run: ActiveRun, step: Step): void {
  if (step.limits.onFailure !== 'abortSiblings' || run.frontier.called === 0) return;
  const doomed: number[] = [];
  for (const [index, atom] of run.status.atoms.entries()) {
    if (atom.state === 'RUNNING' && isTakenBack(atom)) doomed.push(index);
  }
  if (doomed.length > 0) step.commands.push({ do: 'abort', atoms: doomed });
}
