import type { CompiledFlow, ExecutionGraph } from '../../compilation/index.js';
import { pathOf } from '../state/paths.js';
import { type AtomStatus, isLeftOut, isTakenBack, mayBeLeftOut, mayBeUndone, type RunStatus, standingOf } from '../state/run-status.js';

/** So many atoms are named; the others are counted. */
const NAMED = 20;

/**
 * Atoms that have something left to be done, and nothing in the run says why that is not done; for a run in which nothing can
 * move. Empty: it has come to its end. What waits downstream of something that was taken back has its reason, and so has what can't
 * be undone because a revert downstream of it has failed.
 */
export function standstillOf({ flow, status }: { readonly flow: CompiledFlow; readonly status: RunStatus }): readonly string[] {
  const { successors, predecessors } = flow.graph;
  const where = (is: (atom: AtomStatus) => boolean): number[] => status.atoms.flatMap((atom, index) => (is(atom) ? [index] : []));
  const begins = where((atom) => standingOf(atom).next === 'execute');
  const undoes = where(
    ({ state, intention }) => state === 'FAILURE' || ((state === 'SUCCESS' || state === 'RETRYING') && intention !== 'EXECUTE'),
  );
  const skips = where(mayBeLeftOut);
  if (begins.length === 0 && undoes.length === 0 && skips.length === 0) return [];
  const cutOff = reached(
    where((atom) => (isTakenBack(atom) && !isLeftOut(atom)) || (atom.intention === 'RETRY' && mayBeUndone(atom.state))),
    successors,
  );
  const held = reached(
    where(({ state }) => state === 'REVERT_FAILURE'),
    predecessors,
  );
  const lines = [
    ...begins.filter((atom) => !cutOff.has(atom)).map((atom) => sentence(flow, status, atom, 'executed', predecessors)),
    ...skips.map((atom) => sentence(flow, status, atom, 'left out', predecessors)),
    ...undoes.filter((atom) => !held.has(atom)).map((atom) => sentence(flow, status, atom, 'undone', successors)),
  ];
  return lines.length <= NAMED ? lines : [...lines.slice(0, NAMED), `and ${lines.length - NAMED} more`];
}

function reached(from: readonly number[], neighbors: ExecutionGraph['successors']): ReadonlySet<number> {
  const seen = new Set(from);
  for (const node of seen) for (const neighbor of neighbors[node] ?? []) seen.add(neighbor);
  return seen;
}

function sentence(flow: CompiledFlow, { atoms }: RunStatus, atom: number, what: string, neighbors: ExecutionGraph['successors']): string {
  const named = (index: number): string => `'${pathOf(flow, index)}' (${atoms[index]?.state}, ${atoms[index]?.intention})`;
  const nearest = new Set(neighbors[atom]);
  for (const node of nearest) if (node >= flow.atoms.length) for (const further of neighbors[node] ?? []) nearest.add(further);
  const others = [...nearest].filter((node) => node < flow.atoms.length).map(named);
  return `${named(atom)} is not ${what}; next to it: ${others.join(', ') || 'nothing'}`;
}
