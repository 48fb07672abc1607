import type { CompiledAtom, CompiledRetry, CompiledWait } from '../../compilation/index.js';
import type { Phase, RunState } from '../../model/states.js';
import type { DueTime } from '../frontier/wake-ups.js';
import { behaviorOf, isRetry, isWait } from '../state/atom-behavior.js';
import type { Limits } from '../state/protocol.js';
import { type AtomStatus, atomOf, isTakenBack } from '../state/run-status.js';
import { bringBack } from './anew.js';
import { anewDownstream } from './downstream.js';
import { isFull, notBegun } from './full-journal.js';
import { failOverdue, goOnGranted, parkedDeadline } from './parked.js';
import { leaveLost, lostFailure, noteRevertFailure } from './record-outcomes.js';
import { fail, leavesFailures, resolveFailure } from './resolve-failure.js';
import { nextAttempt, workIsOverdue } from './retries.js';
import type { ActiveRun } from './run.js';
import { standstillOf } from './standstill.js';
import type { Step } from './step.js';
import { beginWait, failAtOnce, hearSignal, timeIsUp, withdrawWait } from './waits.js';

/**
 * Moves a run as far as it goes without waiting: settles failures, does what needs no call, starts what may start, and
 * states the end when nothing is left. First what was lost, then what is to be undone, then what comes next; deciders are
 * asked last, in definition order, so that an engine that takes over here asks them in the same one.
 */
export function advance(run: ActiveRun, step: Step): void {
  for (let hasMoved = true; hasMoved; ) hasMoved = moveOnce(run, step);
  rest(run, step);
}

/** Does the one thing that comes first, and says whether there was one. */
function moveOnce(run: ActiveRun, step: Step): boolean {
  if (run.status.halted) return leaveLost(run, step);
  // What a failure means is known before anything else happens. Where it is left as it is, what was under way ends all the same.
  if (!settleFailures(run, step)) return leavesFailures(run, step) && settleLost(run, step);
  if (settleLost(run, step)) return true;
  if (step.limits.hold !== 'none') return false;
  return asksFirst(step) ? startRound(run, step) : goOn(run, step);
}

/** Says whether all are settled. */
function settleFailures(run: ActiveRun, step: Step): boolean {
  for (let failed = run.frontier.nextUnsettled(); failed !== undefined; failed = run.frontier.nextUnsettled()) {
    if (leavesFailures(run, step) || step.limits.hold === 'stop') return false;
    const question = resolveFailure(run, step, failed);
    if (question !== undefined) {
      if (!run.frontier.questions.isOpen(question)) step.ask(question);
      return false;
    }
    step.state(['SETTLED', failed]);
  }
  return true;
}

function goOn(run: ActiveRun, step: Step): boolean {
  return (
    withdrawWait(run, step) ||
    leaveOut(run, step) ||
    goBack(run, step) ||
    hearSignal(run, step) ||
    failOverdue(run, step) ||
    wake(run, step) ||
    bringBack(run, step) ||
    goForward(run, step) ||
    ask(run, step)
  );
}

/** One at a time, what comes first must not depend on how soon a question is answered. */
function asksFirst({ limits }: Step): boolean {
  return limits.lockstep === true || (limits.capacity === 1 && limits.named === undefined);
}

function startRound(run: ActiveRun, step: Step): boolean {
  return ask(run, step) || (run.frontier.questions.size === 0 && goOn(run, step));
}

/** States the end, or that the run rests, when nothing is under way; sees to it that it is woken when something is due. */
function rest(run: ActiveRun, step: Step): void {
  const { frontier } = run;
  if (run.status.halted) {
    if (frontier.inFlight === 0) step.state(['RUN', 'CANCELLED']);
    return;
  }
  const { hold, monotonicMs } = step.limits;
  const wakeUp = frontier.nextWakeUp(step.limits);
  const due = firstDue(run, step, wakeUp);
  if (frontier.inFlight > 0 || frontier.lost.first() !== undefined || frontier.isLostParked) {
    if (due !== undefined && due.dueMs > monotonicMs && hold === 'none') step.commands.push({ do: 'sleep', untilMs: due.dueMs });
    return;
  }
  const unsettled = frontier.nextUnsettled() !== undefined;
  const ready =
    frontier.nextLeftOut() ?? frontier.back.first() ?? frontier.deciders.next() ?? frontier.forward.first() ?? frontier.parked.first();
  const waits = wakeUp !== undefined || frontier.isWaiting;
  if (unsettled && leavesFailures(run, step) && hold !== 'stop') step.state(['RUN', 'FAILURE']);
  else if (!unsettled && ready === undefined && !waits && !frontier.bringsBack) end(run, step);
  else if (hold === 'suspend') step.state(['RUN', 'SUSPENDED']);
  else if (hold === 'none' && !unsettled && ready === undefined && waits && isFarAway(due, step.limits)) letGo(step, due);
  // What is due and has no slot is woken by the slot.
  else if (due !== undefined && hold === 'none' && (due.dueMs > monotonicMs || step.lacksSlots.length === 0))
    step.commands.push({ do: 'sleep', untilMs: due.dueMs });
}

/** What comes first of what happens by itself. */
function firstDue(run: ActiveRun, step: Step, wakeUp: DueTime | undefined): DueTime | undefined {
  const times = [
    wakeUp,
    parkedDeadline(run, step),
    run.status.deadlineAtMs === undefined ? undefined : run.frontier.deadline.next(step.limits),
  ];
  let first: DueTime | undefined;
  for (const due of times) if (due !== undefined && (first === undefined || due.dueMs < first.dueMs)) first = due;
  return first;
}

/** Whether nothing happens by itself for as long as it takes to be worth letting go. */
function isFarAway(wakeUp: DueTime | undefined, { horizonMs, monotonicMs }: Limits): boolean {
  return horizonMs !== undefined && (wakeUp === undefined || wakeUp.dueMs - monotonicMs > horizonMs);
}

function letGo(step: Step, wakeUp: DueTime | undefined): void {
  step.commands.push(wakeUp === undefined ? { do: 'letGo' } : { do: 'letGo', untilMs: wakeUp.atMs });
}

/** A standstill is no end: it is a mistake of this library, and the run stays as it is until that is mended. */
function end(run: ActiveRun, step: Step): void {
  const report = standstillOf(run);
  if (report.length > 0) step.commands.push({ do: 'giveUp', report });
  else step.state(['RUN', endOf(run.status.atoms, run.flow.atoms, run.status.cancelled)]);
}

/** Each of these does one thing and says whether it did. */
function settleLost(run: ActiveRun, step: Step): boolean {
  return run.frontier.lost.offer((index) => settleLostAtom(run, step, index)) || goOnGranted(run, step, true, settleLostAtom);
}

function settleLostAtom(run: ActiveRun, step: Step, index: number): boolean {
  const status = atomOf(run.status, index);
  const atom = run.flow.atoms[index] as CompiledAtom;
  const behavior = behaviorOf(atom);
  const spent = status.losses >= behavior.maxLosses(atom);
  if (status.state === 'REVERTING') {
    if (!behavior.mayRevert(atom, step.limits)) undone(step, index);
    else if (spent) noteRevertFailure(run, step, index, lostFailure(atom, status.losses, step.lossOf(index)));
    else if (mayCallLost(step, index)) step.call('revert', index);
    else return false;
    return true;
  }
  const onInterrupted = behavior.onInterrupted(atom);
  const overdue = workIsOverdue(run, index, step.limits.nowMs, step.lossOf(index));
  if (spent || overdue !== undefined || isTakenBack(status) || onInterrupted !== 'rerun') {
    if (onInterrupted === 'suspend') step.suspend();
    fail(run, step, 'INTERRUPTED', index, overdue ?? lostFailure(atom, status.losses, step.lossOf(index)));
    return true;
  }
  // Its code gave the values of its attempts, and is not there any more: those of today are there at once.
  if (isRetry(atom) && !behavior.mayExecute(atom, step.limits)) return beginAttempt(run, step, atom);
  if (!mayCallLost(step, index)) return false;
  if (step.lacksGrant(index)) return step.park(index);
  step.call('execute', index);
  return true;
}

/** Of an optional node that has failed; its gates are passed. */
function leaveOut(run: ActiveRun, step: Step): boolean {
  const index = run.frontier.nextLeftOut();
  if (index === undefined) return false;
  step.state(['IGNORE', index]);
  run.frontier.skipped();
  return true;
}

function goBack(run: ActiveRun, step: Step): boolean {
  return run.frontier.back.offer((index) => goBackWith(run, step, index));
}

function goBackWith(run: ActiveRun, step: Step, index: number): boolean {
  const atom = run.flow.atoms[index] as CompiledAtom;
  if (!isRetry(atom) || run.status.atoms[index]?.intention !== 'RETRY') return undo(step, atom);
  restart(run, step, atom);
  return true;
}

/** What rests until a time that has come goes on. */
function wake(run: ActiveRun, step: Step): boolean {
  const wakeUp = run.frontier.nextWakeUp(step.limits);
  if (wakeUp === undefined || wakeUp.dueMs > step.limits.monotonicMs) return false;
  const atom = run.flow.atoms[wakeUp.atom] as CompiledAtom;
  if (isWait(atom)) return timeIsUp(run, step, atom);
  return run.status.atoms[wakeUp.atom]?.state === 'RETRYING' ? begin(run, step, atom) : undo(step, atom);
}

/** Its code may be gone since the run was written, or since an operator has asked for it. */
function undo(step: Step, atom: CompiledAtom): boolean {
  if (behaviorOf(atom).mayRevert(atom, step.limits)) return beginCall(step, 'revert', atom.index);
  undone(step, atom.index);
  return true;
}

/** Of what has no code to undo it. */
function undone(step: Step, atom: number): void {
  step.state(['REVERTING', atom]);
  step.state(['REVERTED', atom]);
}

function ask(run: ActiveRun, step: Step): boolean {
  const decider = run.frontier.deciders.next();
  if (decider === undefined) return false;
  step.ask({ about: 'node', decider });
  return true;
}

function goForward(run: ActiveRun, step: Step): boolean {
  const beginNext = (index: number): boolean => begin(run, step, run.flow.atoms[index] as CompiledAtom);
  return (
    goOnGranted(run, step, false, (_, __, index) => beginNext(index)) ||
    run.frontier.forward.offer((index) => !step.isParkingFull(index) && beginNext(index))
  );
}

/** It is its turn: the first one, or the next one after a pause. */
function begin(run: ActiveRun, step: Step, atom: CompiledAtom): boolean {
  const { index } = atom;
  switch (behaviorOf(atom).begins) {
    case 'attempt':
      return beginAttempt(run, step, atom as CompiledRetry);
    case 'call': {
      const { startedAtMs, overcome } = atomOf(run.status, index);
      const overdue = startedAtMs === undefined ? undefined : workIsOverdue(run, index, step.limits.nowMs, overcome);
      if (overdue === undefined)
        return isFull(run.status, step.limits) ? failUncalled(run, step, index) : beginCall(step, 'execute', index);
      failAtOnce(run, step, index, overdue);
      return true;
    }
    case 'wait':
      return isFull(run.status, step.limits) ? failUncalled(run, step, index) : beginWait(run, step, atom as CompiledWait);
  }
}

/** Where there is a free slot; a task with limits waits for one of them, too. */
function beginCall(step: Step, phase: Phase, index: number): boolean {
  if (!step.hasRoom(index)) return false;
  if (phase === 'execute' && step.lacksGrant(index)) return step.park(index);
  step.call(phase, index);
  return true;
}

/** What it would do could not be written down: it is not called, and the run goes back. */
function failUncalled(run: ActiveRun, step: Step, index: number): boolean {
  failAtOnce(run, step, index, notBegun(run.status));
  return true;
}

/** TaskFlow: the flow is undone, everything in it is new, and its retry begins the next attempt, after its pause. */
function restart(run: ActiveRun, step: Step, retry: CompiledRetry): void {
  const { index, end } = retry;
  const anew = anewDownstream(run, retry);
  step.state(['RETRYING', index]);
  step.state(['RESET', index + 1, end]);
  for (const [from, to] of anew) step.state(['RESET', from, to]);
  step.state(['INTEND', 'EXECUTE', index, index + 1]);
  if (run.frontier.hasRested(index, step.limits)) beginAttempt(run, step, retry);
}

/** A retry that has nothing to try with has failed itself: then the retry around it is asked. */
function beginAttempt(run: ActiveRun, step: Step, retry: CompiledRetry): boolean {
  if (behaviorOf(retry).mayExecute(retry, step.limits)) return beginCall(step, 'execute', retry.index);
  const next = nextAttempt(run, retry);
  if (!('failure' in next)) {
    step.state(next.provided === undefined ? ['ATTEMPT', retry.index] : ['ATTEMPT', retry.index, next.provided]);
    return true;
  }
  if (run.status.atoms[retry.index]?.state !== 'RUNNING') step.state(['RUNNING', retry.index]);
  fail(run, step, 'FAILURE', retry.index, next.failure);
  return true;
}

/** What was lost is called again even while the run is being suspended: a suspended run holds nothing unknown. */
function mayCallLost(step: Step, index: number): boolean {
  return step.limits.hold !== 'stop' && step.hasRoom(index);
}

/** TaskFlow with difference D-6: REVERTED only when nothing that was done is left. */
function endOf(atoms: readonly AtomStatus[], flow: readonly CompiledAtom[], cancelled: boolean): RunState {
  let isUndone = false;
  let isPartial = false;
  for (const [index, { state }] of atoms.entries()) {
    if (state === 'REVERT_FAILURE') return 'FAILURE';
    if (state === 'SUCCESS') isPartial ||= behaviorOf(flow[index] as CompiledAtom).hasEffects;
    else if (state !== 'IGNORE') isUndone = true;
  }
  if (!isUndone) return 'SUCCESS';
  if (isPartial) return 'FAILURE';
  return cancelled ? 'CANCELLED' : 'REVERTED';
}
