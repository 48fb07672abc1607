import type { CompiledRetry } from '../compilation/index.js';
import { verdictOf } from './retries.js';
import type { AtomStatus } from './run-state.js';
import type { Run, Step } from './step.js';

/**
 * Settles what a failed atom means for the run: its retry is asked, when that gives up the retry around it, and when
 * nobody retries the whole run goes back. TaskFlow, with differences D-1 and D-6.
 */
export function resolveFailure(run: Run, step: Step, failed: number): void {
  const permanent = run.status.atoms[failed]?.failure?.permanent === true;
  for (let governor = governorOf(run, failed); governor >= 0; governor = governorOf(run, governor)) {
    const { intention } = run.status.atoms[governor] as AtomStatus;
    // An outer retry or the whole run takes this flow back already, or its restart is under way.
    if (intention !== 'EXECUTE') return;
    const retry = run.flow.atoms[governor] as CompiledRetry;
    const verdict = permanent ? 'REVERT' : verdictOf(run, retry);
    if (verdict === 'REVERT_ALL') break;
    if (verdict === 'REVERT') continue;
    step.state(['INTEND', 'RETRY', governor, governor + 1]);
    step.state(['INTEND', 'REVERT', governor + 1, retry.until]);
    return;
  }
  if (run.status.atoms[failed]?.intention !== 'REVERT' || run.status.atoms[0]?.intention !== 'REVERT') {
    step.state(['INTEND', 'REVERT', 0, run.status.atoms.length]);
  }
}

function governorOf(run: Run, atom: number): number {
  return run.flow.atoms[atom]?.governor ?? -1;
}
