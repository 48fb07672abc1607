import type { CompiledAtom } from '../../compilation/index.js';
import { timeAfter } from '../../model/clock.js';
import type { Failure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import { behaviorOf } from '../state/atom-behavior.js';
import type { CallId, CallOutcome } from '../state/protocol.js';
import { atomOf, isInFlight, turnOf } from '../state/run-status.js';
import { isFull } from './full-journal.js';
import { settleFailure } from './resolve-failure.js';
import { pauseMs } from './retries.js';
import type { Run, Step } from './step.js';

/** All results are stated before the first failure is settled, each in definition order: who was first is chance. */
export function noteOutcomes(run: Run, step: Step, outcomes: readonly CallOutcome[]): void {
  const awaited = outcomes.filter((outcome) => isAwaited(run, outcome)).sort((a, b) => a.atom - b.atom);
  if (awaited.length < outcomes.length) {
    for (const { end: _, ...call } of outcomes.filter((outcome) => !awaited.includes(outcome))) step.late.push(call);
  }
  const failed: number[] = [];
  for (const { atom, end } of awaited) {
    const reverting = run.status.atoms[atom]?.state === 'REVERTING';
    if (end.kind === 'result') noteResult(run, step, atom, reverting, end.result);
    else if (end.kind === 'lost') step.lose(atom, end.failure);
    else if (reverting) noteRevertFailure(run, step, atom, end.failure);
    else {
      step.state([end.kind === 'failure' ? 'FAILURE' : 'INTERRUPTED', atom, end.failure]);
      failed.push(atom);
    }
  }
  for (const atom of failed) settleFailure(run, step, atom);
}

function noteResult(run: Run, step: Step, atom: number, reverting: boolean, result: Json | undefined): void {
  const word = reverting ? 'REVERTED' : behaviorOf(run.flow.atoms[atom] as CompiledAtom).returned;
  if (word === 'ATTEMPT') step.state([word, atom, result ?? {}]);
  else step.state(result === undefined ? [word, atom] : [word, atom, result]);
}

/** A revert that fails is tried again, if its task says so; what came before it waits for it (D-7). */
export function noteRevertFailure(run: Run, step: Step, index: number, failure: Failure): void {
  step.state(['REVERT_FAILURE', index, failure]);
  const atom = run.flow.atoms[index] as CompiledAtom;
  const retry = behaviorOf(atom).revertRetry(atom);
  const { attempt } = atomOf(run.status, index);
  if (retry === undefined || attempt >= retry.attempts || failure.permanent === true) return;
  if (isFull(run.status, step.limits)) return;
  const who = `${run.status.runId} ${atom.path} revert`;
  step.state(['SLEEP', index, timeAfter(step.limits.nowMs, retry.backoff === undefined ? 0 : pauseMs(retry.backoff, attempt, who))]);
}

/** Whether the run waits for this very call: code whose call was given up, such as for a timeout, may still answer. */
export function isAwaited(run: Run, call: CallId): boolean {
  const atom = run.status.atoms[call.atom];
  if (atom === undefined || !isInFlight(atom)) return false;
  if (atom.round !== call.round || turnOf(atom) !== call.turn || atom.attempt !== call.attempt) return false;
  return (atom.state === 'REVERTING' ? 'revert' : 'execute') === call.phase;
}
