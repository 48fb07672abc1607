import { isEnded } from '../model/states.js';
import { settleVote } from './deciders.js';
import type { CallId, CallOutcome, Decision, EngineEvent, Limits } from './decision.js';
import { beginEpoch } from './fold.js';
import { proceed } from './proceed.js';
import { resolveFailure } from './resolve.js';
import { type AtomStatus, isInFlight } from './run-state.js';
import { type Run, Step } from './step.js';

/**
 * The engine's whole judgement: given what happened, what is stated and what is called next. Pure but for `run`, which
 * it owns and advances by exactly the transitions it returns; no user code, no clock, no storage.
 */
export function decide(run: Run, events: readonly EngineEvent[], limits: Limits): Decision {
  const step = new Step(run);
  for (const event of events) note(run, step, event);
  if (!isEnded(run.status.state) && run.status.state !== 'SUSPENDED') proceed(run, step, limits);
  return step;
}

function note(run: Run, step: Step, event: EngineEvent): void {
  switch (event.kind) {
    case 'begin':
      step.state(['CREATED', event.creation]);
      step.state(['RUN', 'RUNNING']);
      return;
    case 'resumed':
      beginEpoch(run.status);
      step.state(['TAKEOVER', inFlightAtoms(run.status.atoms)]);
      if (run.status.state !== 'RUNNING') step.state(['RUN', 'RUNNING']);
      return;
    case 'answered':
      settleVote(run, step, event);
      return;
    case 'saved':
      if (isAwaited(run.status.atoms[event.call.atom], event.call)) step.state(['SAVED', event.call.atom, event.data]);
      return;
    case 'notStarted':
      for (const atom of event.atoms) step.state(['WITHDRAWN', atom]);
      return;
    case 'finished':
      noteOutcomes(run, step, event.outcomes);
  }
}

/** All results are stated before the first failure is resolved, each in definition order: who was first is chance. */
function noteOutcomes(run: Run, step: Step, outcomes: readonly CallOutcome[]): void {
  const awaited = outcomes.filter((outcome) => isAwaited(run.status.atoms[outcome.atom], outcome)).sort((a, b) => a.atom - b.atom);
  const failed: number[] = [];
  for (const { atom, end } of awaited) {
    const reverting = run.status.atoms[atom]?.state === 'REVERTING';
    if (end.kind === 'result') {
      if (reverting) step.state(['REVERTED', atom]);
      else step.state(end.result === undefined ? ['SUCCESS', atom] : ['SUCCESS', atom, end.result]);
    } else if (reverting) {
      step.state(['REVERT_FAILURE', atom, end.failure]);
    } else {
      step.state([end.kind === 'failure' ? 'FAILURE' : 'INTERRUPTED', atom, end.failure]);
      failed.push(atom);
    }
  }
  for (const atom of failed) resolveFailure(run, step, atom);
}

/** Answers of calls that are not waited for any more are dropped. */
function isAwaited(atom: AtomStatus | undefined, outcome: CallId): boolean {
  return atom !== undefined && isInFlight(atom) && atom.round === outcome.round && atom.attempt === outcome.attempt;
}

function inFlightAtoms(atoms: readonly AtomStatus[]): number[] {
  const found: number[] = [];
  atoms.forEach((atom, index) => {
    if (atom.state === 'RUNNING' || atom.state === 'REVERTING') found.push(index);
  });
  return found;
}
