import type { AtomView, RunView } from '../../app/index.js';
import { isJsonArray, isJsonObject, type Json } from '../../model/json.js';
import type { Action } from './actions.js';

/** What an action would do, as far as that is known before. */
export interface Preview {
  /** Tasks that would be undone, in their order. */
  readonly undone: readonly string[];
  /** Tasks that were done, or may have been, and would stay as they are. */
  readonly stays: readonly string[];
  /** Tasks that would be called again. */
  readonly again: readonly string[];
  /** Tasks whose signals would be aborted. */
  readonly aborted: readonly string[];
}

/** So many are named of each; the others are left out of a sentence that nobody reads to its end. */
const MOST = 200;

/** @param manifest of its flow: says which tasks can be undone */
export function previewOf(action: Action, run: RunView, manifest: Json, path?: string): Preview {
  const reverts = revertible(manifest);
  const tasks = run.atoms.filter(({ kind }) => kind === 'task');
  const done = tasks.filter(mayBeDone);
  const inReverse = [...done].sort((a, b) => (b.startedAtMs ?? 0) - (a.startedAtMs ?? 0) || tasks.indexOf(b) - tasks.indexOf(a));
  const underWay = tasks.filter(({ state }) => state === 'RUNNING' || state === 'REVERTING');
  switch (action) {
    case 'cancel':
      return of({
        undone: inReverse.filter((atom) => reverts.has(atom.path)),
        stays: inReverse.filter((atom) => !reverts.has(atom.path)),
        aborted: underWay,
      });
    case 'halt':
      return of({ stays: inReverse, aborted: underWay });
    case 'retry': {
      const failed = tasks.filter(({ state }) => state === 'REVERT_FAILURE');
      if (failed.length > 0) return of({ again: failed, undone: pending(run) });
      return of({
        again: tasks.filter(({ state }) => state === 'FAILURE' || state === 'REVERTED'),
        stays: done.filter(({ state }) => state === 'SUCCESS'),
      });
    }
    case 'retryRevert':
      return of({ undone: pending(run).filter((atom) => atom.path === path || atom.state !== 'REVERT_FAILURE') });
    case 'skipRevert':
      return of({ stays: tasks.filter((atom) => atom.path === path), undone: pending(run).filter((atom) => atom.path !== path) });
    case 'reset':
    case 'requeue':
      return of({ stays: inReverse, again: done });
    case 'resume':
    case 'suspend':
      return of({});
  }
}

/** Those that are to be undone and are not, the next one first. */
function pending({ pendingReverts, atoms }: RunView): readonly AtomView[] {
  const byPath = new Map(atoms.map((atom) => [atom.path, atom]));
  return pendingReverts.flatMap((path) => byPath.get(path) ?? []);
}

function of(parts: { readonly [Name in keyof Preview]?: readonly AtomView[] }): Preview {
  const paths = (atoms: readonly AtomView[] = []): readonly string[] => atoms.slice(0, MOST).map(({ path }) => path);
  return { undone: paths(parts.undone), stays: paths(parts.stays), again: paths(parts.again), aborted: paths(parts.aborted) };
}

function mayBeDone({ state }: AtomView): boolean {
  return (
    state === 'SUCCESS' ||
    state === 'FAILURE' ||
    state === 'RUNNING' ||
    state === 'REVERTING' ||
    state === 'REVERT_FAILURE' ||
    state === 'RETRYING'
  );
}

function revertible(manifest: Json): ReadonlySet<string> {
  const atoms = isJsonObject(manifest) && manifest.atoms !== undefined && isJsonArray(manifest.atoms) ? manifest.atoms : [];
  return new Set(atoms.flatMap((atom) => (isJsonObject(atom) && atom.reverts === true ? [String(atom.path)] : [])));
}
