import { beginEpoch } from '../state/fold.js';
import type { Answer, EngineEvent, Limits, Question, StepPlan } from '../state/protocol.js';
import type { AtomStatus } from '../state/run-status.js';
import { advance } from './advance.js';
import { cancel, goBackAtOnce, halt, retryFailed, retryRevert, skipRevert } from './apply-operator-message.js';
import { settleDecision } from './custom-retry-decisions.js';
import { failUncounted, leaveUnused } from './parked.js';
import { isAwaited, leaveUnended, noteOutcomes } from './record-outcomes.js';
import type { ActiveRun } from './run.js';
import { settleVote } from './settle-vote.js';
import { noteSought, seekLost } from './sought.js';
import { Step } from './step.js';
import { keepSignal, settleSignal } from './waits.js';

/**
 * The engine's whole judgement: given what happened, what is stated and what is called next. Pure but for `run`, which
 * it owns and advances by exactly the transitions it returns; no user code, no clock, no storage.
 */
export function decide(run: ActiveRun, events: readonly EngineEvent[], limits: Limits): StepPlan {
  const step = new Step(run, limits);
  for (const event of events) note(run, step, event);
  if (run.status.state === 'RUNNING') {
    meetDeadline(run, step);
    advance(run, step);
  }
  leaveUnused(run, step);
  step.seq = run.status.seq;
  return step;
}

/** A run whose time is over goes back, whatever retries would say. What executes is ended; what goes back already is undone to its end. */
function meetDeadline(run: ActiveRun, step: Step): void {
  if (run.status.deadlineAtMs === undefined || step.limits.hold === 'stop') return;
  const deadline = run.frontier.deadline.next(step.limits);
  if (deadline === undefined || deadline.dueMs > step.limits.monotonicMs) return;
  step.state(['DEADLINE']);
  goBackAtOnce(run, step);
  step.commands.push({ do: 'abort', isOverdue: true });
}

function note(run: ActiveRun, step: Step, event: EngineEvent): void {
  switch (event.kind) {
    case 'begin':
      step.state(['CREATED', event.creation]);
      if (event.prepared !== true) step.state(['RUN', 'RUNNING']);
      return;
    case 'resumed':
      beginEpoch(run.status);
      step.adopted(event.adopted ?? []);
      step.state(['TAKEOVER', inFlightAtoms(run.status.atoms)]);
      if (run.status.state !== 'RUNNING') step.state(['RUN', 'RUNNING']);
      seekLost(run, step);
      return;
    case 'reset':
      beginEpoch(run.status);
      step.adopted(event.adopted ?? []);
      // No process has it, though it is under way: it is asleep, or was left. It rests first.
      if (run.status.state === 'RUNNING') step.state(['RUN', 'SUSPENDED']);
      step.state(['RUN', 'PENDING']);
      return;
    case 'answered':
      if (!run.frontier.questions.answered(event.question, event.id)) return;
      settle(run, step, event.question, event);
      return;
    case 'signal':
      keepSignal(run, step, event);
      return;
    case 'saved':
      if (isAwaited(run, event.call)) step.state(['SAVED', event.call.atom, event.data]);
      return;
    case 'progress': {
      const { call, fraction, details } = event;
      if (isAwaited(run, call))
        step.state(details === undefined ? ['PROGRESS', call.atom, fraction] : ['PROGRESS', call.atom, fraction, details]);
      return;
    }
    case 'sought':
      noteSought(run, step, event);
      return;
    case 'notStarted':
      for (const atom of event.atoms) step.state(['WITHDRAWN', atom]);
      return;
    case 'finished':
      noteOutcomes(run, step, event.outcomes);
      return;
    case 'cancel':
      cancel(run, step, event.reason);
      return;
    case 'halt':
      halt(run, step, event.reason);
      return;
    case 'uncounted':
      failUncounted(run, step, event.atom, event.failure);
      return;
    case 'graceOver':
      leaveUnended(run, step);
      return;
    case 'retryFailed':
      retryFailed(run, step);
      return;
    case 'retryRevert':
      retryRevert(run, step, event.atom);
      return;
    case 'skipRevert':
      skipRevert(run, step, event.atom);
  }
}

function settle(run: ActiveRun, step: Step, question: Question, answer: Answer): void {
  switch (question.about) {
    case 'node':
      settleVote(run, step, question.decider, answer);
      return;
    case 'failure':
      settleDecision(run, step, question, answer);
      return;
    case 'signal':
      settleSignal(run, step, question, answer);
  }
}

function inFlightAtoms(atoms: readonly AtomStatus[]): number[] {
  const found: number[] = [];
  atoms.forEach((atom, index) => {
    if (atom.state === 'RUNNING' || atom.state === 'REVERTING') found.push(index);
  });
  return found;
}
