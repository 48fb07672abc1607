import type { CompiledAtom, CompiledRetry } from '../compilation/index.js';
import type { Failure } from '../model/failure.js';
import type { RunState } from '../model/states.js';
import type { Limits } from './decision.js';
import { resolveFailure } from './resolve.js';
import { nextAttempt } from './retries.js';
import type { AtomStatus } from './run-state.js';
import type { Run, Step } from './step.js';

/**
 * Moves a run as far as it goes without waiting: does what needs no call, starts what may start, and states the end
 * when nothing is left. First what was lost, then what is to be undone, then what comes next; deciders are
 * asked last, in definition order, so that an engine that takes over here asks them in the same one.
 */
export function proceed(run: Run, step: Step, limits: Limits): void {
  while (
    settleLost(run, step, limits) ||
    (limits.hold === 'none' && (goBack(run, step, limits) || goForward(run, step, limits) || ask(run, step)))
  ) {}
  if (run.frontier.inFlight > 0 || run.frontier.nextLost() !== undefined) return;
  const unfinished =
    run.frontier.nextBack() !== undefined || run.frontier.nextQuestion() !== undefined || run.frontier.nextForward() !== undefined;
  if (!unfinished) step.state(['RUN', endOf(run)]);
  else if (limits.hold === 'suspend') step.state(['RUN', 'SUSPENDED']);
}

/** Each of these does one thing and says whether it did. */
function settleLost(run: Run, step: Step, limits: Limits): boolean {
  const index = run.frontier.nextLost();
  if (index === undefined) return false;
  const status = run.status.atoms[index] as AtomStatus;
  const atom = run.flow.atoms[index] as CompiledAtom;
  const maxLosses = atom.kind === 'task' ? atom.task.maxLosses : Number.POSITIVE_INFINITY;
  const spent = status.losses >= maxLosses;
  if (status.state === 'REVERTING') {
    if (spent) step.state(['REVERT_FAILURE', index, lostFailure(atom, status.losses)]);
    else if (mayCall(run, limits)) step.call('revert', index);
    else return false;
    return true;
  }
  if (spent || status.intention === 'REVERT') {
    step.state(['INTERRUPTED', index, lostFailure(atom, status.losses)]);
    resolveFailure(run, step, index);
    return true;
  }
  if (!mayCall(run, limits)) return false;
  step.call('execute', index);
  return true;
}

function goBack(run: Run, step: Step, limits: Limits): boolean {
  const index = run.frontier.nextBack();
  if (index === undefined) return false;
  const atom = run.flow.atoms[index] as CompiledAtom;
  if (atom.kind === 'retry' && run.status.atoms[index]?.intention === 'RETRY') {
    restart(run, step, atom);
  } else if (atom.kind === 'retry' || !atom.task.hasRevert) {
    step.state(['REVERTING', index]);
    step.state(['REVERTED', index]);
  } else {
    if (run.frontier.called >= limits.capacity) return false;
    step.call('revert', index);
  }
  return true;
}

function ask(run: Run, step: Step): boolean {
  const decider = run.frontier.nextQuestion();
  if (decider === undefined) return false;
  step.ask(decider);
  return true;
}

function goForward(run: Run, step: Step, limits: Limits): boolean {
  const index = run.frontier.nextForward();
  if (index === undefined) return false;
  const atom = run.flow.atoms[index] as CompiledAtom;
  if (atom.kind === 'retry') beginAttempt(run, step, atom);
  else if (run.frontier.called >= limits.capacity) return false;
  else step.call('execute', index);
  return true;
}

/** TaskFlow: the flow is undone, everything in it is new, and its retry begins the next attempt. */
function restart(run: Run, step: Step, retry: CompiledRetry): void {
  step.state(['RETRYING', retry.index]);
  step.state(['RESET', retry.index + 1, retry.until]);
  step.state(['INTEND', 'EXECUTE', retry.index, retry.index + 1]);
  beginAttempt(run, step, retry);
}

/** A retry that has nothing to try with has failed itself: then the retry around it is asked. */
function beginAttempt(run: Run, step: Step, retry: CompiledRetry): void {
  const next = nextAttempt(run, retry);
  if (!('failure' in next)) {
    step.state(next.provided === undefined ? ['ATTEMPT', retry.index] : ['ATTEMPT', retry.index, next.provided]);
    return;
  }
  step.state(['RUNNING', retry.index]);
  step.state(['FAILURE', retry.index, next.failure]);
  resolveFailure(run, step, retry.index);
}

/** What was lost is called again even while the run is being suspended: a suspended run holds nothing unknown. */
function mayCall(run: Run, limits: Limits): boolean {
  return limits.hold !== 'stop' && run.frontier.called < limits.capacity;
}

function lostFailure(atom: CompiledAtom, losses: number): Failure {
  const times = losses === 1 ? 'once' : `${losses} times`;
  return {
    name: 'InterruptedError',
    code: 'INTERRUPTED',
    message: `the engine died ${times} while '${atom.path}' was under way: nobody knows how far it came`,
  };
}

/** TaskFlow with difference D-6: REVERTED only when nothing that was done is left. */
function endOf(run: Run): RunState {
  let undone = false;
  let left = false;
  for (const [index, { state }] of run.status.atoms.entries()) {
    if (state === 'REVERT_FAILURE') return 'FAILURE';
    if (state === 'SUCCESS') left ||= run.flow.atoms[index]?.kind === 'task';
    else if (state !== 'IGNORE') undone = true;
  }
  return !undone ? 'SUCCESS' : left ? 'FAILURE' : 'REVERTED';
}
