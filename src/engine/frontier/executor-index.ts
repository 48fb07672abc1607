import type { CompiledFlow } from '../../compilation/index.js';

/** The index of the app's own executor: that of all atoms which name no other. */
export const OWN_EXECUTOR = 0;

/** The names of the executors that tasks of a flow may be called by; `undefined` is the app's own. */
export function executorNames({ executors = [] }: CompiledFlow): readonly (string | undefined)[] {
  return [undefined, ...executors];
}

/** Where in {@link executorNames} the executor of an atom stands. */
export function executorIndexOf({ atoms, executors }: CompiledFlow, index: number): number {
  if (executors === undefined) return OWN_EXECUTOR;
  const atom = atoms[index];
  return atom?.kind === 'task' && atom.runsOn !== undefined ? executors.indexOf(atom.runsOn) + 1 : OWN_EXECUTOR;
}

/** Whether an atom is a task with limits, which is called only when it has a slot. */
export function isLimited({ atoms, hasTaskLimits }: CompiledFlow, index: number): boolean {
  if (hasTaskLimits !== true) return false;
  const atom = atoms[index];
  return atom?.kind === 'task' && atom.limits !== undefined;
}
