import type { SlotChange, Transition, Word } from '../../persistence/index.js';
import type { ActiveRun } from '../decide/run.js';
import { isLimited } from '../frontier/executor-index.js';

/** Words that say of an atom that a call of its execute has ended, or was not made. */
export const ENDS_CALL: ReadonlySet<Word> = new Set<Word>(['SUCCESS', 'FAILURE', 'INTERRUPTED', 'TRY_AGAIN', 'WITHDRAWN']);

/** What an entry with these transitions does to the slots of its run: nothing, where no task of its flow has limits. */
export function slotChangeOf(
  { flow, status }: Pick<ActiveRun, 'flow' | 'status'>,
  transitions: readonly Transition[],
): { readonly slots?: SlotChange } {
  if (flow.hasTaskLimits !== true) return {};
  if (status.state !== 'RUNNING') return { slots: { keeps: [] } };
  const frees = new Set<number>();
  for (const transition of transitions) {
    if (!ENDS_CALL.has(transition[0])) continue;
    const atom = transition[1] as number;
    if (isLimited(flow, atom) && status.atoms[atom]?.state !== 'RUNNING') frees.add(atom);
  }
  return frees.size === 0 ? {} : { slots: { frees: [...frees] } };
}

/** Who takes a run over keeps the slots of what was under way: of the rest, what is wanted is asked for anew. */
export function slotsTakenOver({ flow, status }: Pick<ActiveRun, 'flow' | 'status'>): { readonly slots?: SlotChange } {
  if (flow.hasTaskLimits !== true) return {};
  if (status.state !== 'RUNNING') return { slots: { keeps: [] } };
  return { slots: { keeps: status.atoms.flatMap(({ state }, atom) => (state === 'RUNNING' && isLimited(flow, atom) ? [atom] : [])) } };
}
