import type { CompiledAtom } from '../../compilation/index.js';
import { behaviorOf } from '../state/atom-behavior.js';
import type { AbortCommand, CallId, EngineEvent } from '../state/protocol.js';
import { atomOf, isTakenBack, turnOf } from '../state/run-status.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';

/**
 * The run was taken over. Of calls that were in flight a place elsewhere may still have some: before they count as lost, and are made
 * again, their executors are asked. Meanwhile they count as under way.
 */
export function seekLost({ flow, status, frontier }: ActiveRun, step: Step): void {
  if (step.limits.reattaching === undefined) return;
  const calls: CallId[] = [];
  for (const [atom, { lost, state, round, attempt }] of status.atoms.entries()) {
    if (!lost || behaviorOf(flow.atoms[atom] as CompiledAtom).begins !== 'call' || !step.mayReattach(atom)) continue;
    frontier.sought.add(atom);
    calls.push({ atom, phase: state === 'REVERTING' ? 'revert' : 'execute', round, turn: turnOf(atomOf(status, atom)), attempt });
  }
  if (calls.length > 0) step.commands.push({ do: 'seek', calls });
}

/** An executor has answered. What is found goes on; what is not wanted any more hears so, as it could not before. */
export function noteSought(run: ActiveRun, step: Step, { call, isFound }: Extract<EngineEvent, { kind: 'sought' }>): void {
  const { atom } = call;
  const isAwaited = run.frontier.sought.end(atom);
  if (!isFound) return;
  if (isAwaited) step.state(['FOUND', atom]);
  if (call.phase === 'execute' && (!isAwaited || isUnwanted(run, step, atom))) step.commands.push(abortOf(run, atom));
}

/** Those that execute were told so, when it was not known yet whether this one does. */
function isUnwanted({ status }: ActiveRun, { limits }: Step, atom: number): boolean {
  const { cancelled, halted, overdueAt } = status;
  return cancelled || halted || overdueAt >= 0 || (limits.onFailure === 'abortSiblings' && isTakenBack(atomOf(status, atom)));
}

function abortOf({ status: { reason, cancelled, halted, overdueAt } }: ActiveRun, atom: number): AbortCommand {
  if (!halted && !cancelled && overdueAt >= 0) return { do: 'abort', isOverdue: true };
  return { do: 'abort', atoms: [atom], reason, ...(halted ? { isBounded: true } : {}) };
}
