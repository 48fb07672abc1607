import type { CompiledFlow } from '../../compilation/index.js';

/** The retry that is asked first when this atom fails; -1: there is none, and the run goes back. */
export function enclosingRetryOf({ atoms }: Pick<CompiledFlow, 'atoms'>, atom: number): number {
  return atoms[atom]?.enclosingRetry ?? -1;
}

/** All retries around an atom, from the innermost. */
export function* enclosingRetries(flow: Pick<CompiledFlow, 'atoms'>, atom: number): Iterable<number> {
  for (let retry = enclosingRetryOf(flow, atom); retry >= 0; retry = enclosingRetryOf(flow, retry)) yield retry;
}
