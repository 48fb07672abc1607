import type { RunView, Waiting } from '../../app/index.js';
import { isEnded } from '../../model/states.js';

/** Why nothing of a run happens, or what of it waits. */
export interface WhyWaiting {
  /** `conductor`: for whoever begins posted runs. `owner`: for a process that takes it up. `operator`: for a person. `caller`: for `run` or `resume`. */
  readonly for: Waiting['for'] | 'conductor' | 'owner' | 'operator' | 'caller' | 'poison' | 'revert';
  /** Of the task or wait; absent: it is the run as a whole. */
  readonly path?: string;
  /** Of the signal, or of the limit. */
  readonly name?: string;
  /** The value by which calls of the task are counted. */
  readonly key?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** So many waits are listed. */
const MOST = 50;

export function whyWaiting(run: RunView): readonly WhyWaiting[] {
  const { state, posted, owner, asleep, atoms, pendingReverts } = run;
  if (state === 'FAILURE' && pendingReverts.length > 0)
    return [{ for: 'revert', path: pendingReverts[0] as string, ...since(run.endedAtMs) }];
  if (isEnded(state)) return [];
  if (state === 'SUSPENDED') return [{ for: 'operator' }];
  if (state === 'PENDING') return owner === undefined ? [pending(posted)] : [];
  const waits = atoms.flatMap(({ path, waiting }): WhyWaiting[] => (waiting === undefined ? [] : [{ path, ...waiting }])).slice(0, MOST);
  // One that sleeps needs no process.
  if (asleep !== undefined && owner === undefined) return waits;
  if (owner === undefined || owner.alive === false) return [{ for: 'owner' }, ...waits];
  return waits;
}

function pending(posted: RunView['posted']): WhyWaiting {
  if (posted === undefined) return { for: 'caller' };
  const { sinceMs, dueAtMs } = posted;
  return { for: dueAtMs === undefined ? 'poison' : 'conductor', ...since(sinceMs), ...(dueAtMs === undefined ? {} : { untilMs: dueAtMs }) };
}

function since(sinceMs: number | undefined): { readonly sinceMs?: number } {
  return sinceMs === undefined ? {} : { sinceMs };
}
