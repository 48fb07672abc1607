import type { CallEnd } from '../../calls/index.js';
import type { CompiledAtom } from '../../compilation/index.js';
import { timeAfter } from '../../model/clock.js';
import type { Failure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import { behaviorOf } from '../state/atom-behavior.js';
import type { CallId, CallOutcome } from '../state/protocol.js';
import { atomOf, isInFlight, isTakenBack, turnOf } from '../state/run-status.js';
import { isOfMissingValue } from '../state/values.js';
import { isFull } from './full-journal.js';
import { settleFailure } from './resolve-failure.js';
import { pauseMs, workIsOverdue } from './retries.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';

/** All results are stated before the first failure is settled, each in definition order: who was first is chance. */
export function noteOutcomes(run: ActiveRun, step: Step, outcomes: readonly CallOutcome[]): void {
  const awaited = outcomes.filter((outcome) => isAwaited(run, outcome)).sort((a, b) => a.atom - b.atom);
  if (awaited.length < outcomes.length) {
    for (const { end: _, ...call } of outcomes.filter((outcome) => !awaited.includes(outcome))) step.late.push(call);
  }
  const failed: number[] = [];
  for (const outcome of awaited) {
    const { atom, end } = outcome;
    const reverting = run.status.atoms[atom]?.state === 'REVERTING';
    if (end.kind === 'result') noteResult(run, step, atom, reverting, end.result);
    else if (end.kind === 'lost') step.lose(atom, end.failure);
    else if (reverting) noteRevertFailure(run, step, atom, end.failure);
    else {
      const failure = tryAgain(run, step, outcome, end);
      if (failure === undefined) continue;
      step.state([end.kind === 'failure' ? 'FAILURE' : 'INTERRUPTED', atom, failure]);
      failed.push(atom);
    }
  }
  for (const atom of failed) settleFailure(run, step, atom);
}

function noteResult(run: ActiveRun, step: Step, atom: number, reverting: boolean, result: Json | undefined): void {
  const word = reverting ? 'REVERTED' : behaviorOf(run.flow.atoms[atom] as CompiledAtom).returned;
  if (word === 'ATTEMPT') step.state([word, atom, result ?? {}]);
  else step.state(result === undefined ? [word, atom] : [word, atom, result]);
}

/**
 * A task whose call has failed is called again, after a pause, where it has attempts of its own left: nothing is undone, and
 * neither a retry around it nor its run hears of the failure. What is to be undone is not called again.
 *
 * @returns nothing: then that is stated. Otherwise why it has failed
 */
function tryAgain(
  run: ActiveRun,
  step: Step,
  { atom: index, isFinal }: CallOutcome,
  { kind, failure }: Extract<CallEnd, { readonly kind: 'failure' | 'interrupted' }>,
): Failure | undefined {
  const atom = run.flow.atoms[index] as CompiledAtom;
  const behavior = behaviorOf(atom);
  const retry = behavior.retry(atom);
  if (retry === undefined || isFinal === true || failure.permanent === true) return failure;
  const status = atomOf(run.status, index);
  const turn = turnOf(status);
  if (turn >= retry.attempts || isTakenBack(status) || run.status.halted || isFull(run.status, step.limits)) return failure;
  // It was not called: what it takes is not there, and will not be.
  if (isOfMissingValue(failure)) return failure;
  // What it did is not known, as after a crash: whether that may be done once more, its task says.
  if (kind === 'interrupted' && behavior.onInterrupted(atom) !== 'rerun') return failure;
  const { backoff } = retry;
  const untilMs = timeAfter(step.limits.nowMs, backoff === undefined ? 0 : pauseMs(backoff, turn, `${run.status.runId} ${atom.path}`));
  const overdue = workIsOverdue(run, index, untilMs, failure);
  if (overdue !== undefined) return overdue;
  step.state(kind === 'failure' ? ['TRY_AGAIN', index, failure, untilMs] : ['TRY_AGAIN', index, failure, untilMs, kind]);
  return undefined;
}

/** A revert that fails is tried again, if its task says so; what came before it waits for it (D-7). */
export function noteRevertFailure(run: ActiveRun, step: Step, index: number, failure: Failure): void {
  step.state(['REVERT_FAILURE', index, failure]);
  const atom = run.flow.atoms[index] as CompiledAtom;
  const retry = behaviorOf(atom).revertRetry(atom);
  const { attempt } = atomOf(run.status, index);
  if (retry === undefined || attempt >= retry.attempts || failure.permanent === true) return;
  if (isFull(run.status, step.limits) || run.status.halted) return;
  const who = `${run.status.runId} ${atom.path} revert`;
  step.state(['SLEEP', index, timeAfter(step.limits.nowMs, retry.backoff === undefined ? 0 : pauseMs(retry.backoff, attempt, who))]);
}

/** Whether the run waits for this very call: code whose call was given up, such as for a timeout, may still answer. */
export function isAwaited(run: ActiveRun, call: CallId): boolean {
  const atom = run.status.atoms[call.atom];
  if (atom === undefined || !isInFlight(atom)) return false;
  if (atom.round !== call.round || turnOf(atom) !== call.turn || atom.attempt !== call.attempt) return false;
  return (atom.state === 'REVERTING' ? 'revert' : 'execute') === call.phase;
}

/** What was in flight when its engine or its place died is not called again, and stays as unknown as it is. */
export function leaveLost(run: ActiveRun, step: Step): boolean {
  return run.frontier.lost.offer((index) => {
    const { state, losses } = atomOf(run.status, index);
    const word = state === 'REVERTING' ? 'REVERT_FAILURE' : 'INTERRUPTED';
    step.state([word, index, lostFailure(run.flow.atoms[index] as CompiledAtom, losses, step.lossOf(index))]);
    return true;
  });
}

/** Code that was aborted has had the time that it gets, and has not ended: the run ends without it. */
export function leaveUnended(run: ActiveRun, step: Step): void {
  if (!run.status.halted) return;
  // Those that are still sought are lost now.
  for (const atom of [...run.frontier.sought]) if (atomOf(run.status, atom).state === 'RUNNING') run.frontier.sought.end(atom);
  for (const [index, { state, lost }] of run.status.atoms.entries())
    if (state === 'RUNNING' && !lost) step.state(['INTERRUPTED', index, unendedFailure(run.flow.atoms[index] as CompiledAtom)]);
}

/** @param cause what the place said that had it last; an engine that dies says nothing */
export function lostFailure({ path }: CompiledAtom, losses: number, cause: Failure | undefined): Failure {
  const times = losses === 1 ? 'once' : `${losses} times`;
  const who = cause === undefined ? 'the engine died' : 'its engine or the place that called it was gone';
  return {
    name: 'InterruptedError',
    code: 'INTERRUPTED',
    message: `${who} ${times} while '${path}' was under way: nobody knows how far it came`,
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Of code that goes on although its run was cancelled. */
export function unendedFailure({ path }: CompiledAtom): Failure {
  const message = `the run was cancelled, and '${path}' has not ended in the time that it has for that (graceMs): nobody knows how far it came`;
  return { name: 'InterruptedError', code: 'INTERRUPTED', message };
}
