import { type CompiledFlow, type Difference, differencesOf, type StoredAtom, storedFlow } from '../../compilation/index.js';
import type { Shape } from '../../persistence/index.js';
import { ATOM_BEHAVIORS, storedKind } from '../state/atom-behavior.js';
import type { Past } from '../state/past.js';
import { type AtomStatus, mayBeUndone, type RunStatus } from '../state/run-status.js';

/**
 * Why a run can't go on with another version of its flow; empty: it can, as far as its values are there. What has not begun
 * may change in any way; what has begun must be there still, and mean the same
 * (R-17.8, R-17.9, R-17.11, with D-13 and D-15).
 */
export function incompatibilities(flow: CompiledFlow, past: Past): readonly string[] {
  const differences = differencesOf(past.flow, storedFlow(flow.manifest));
  return [...versions(flow, past.flow.version), ...differences.flatMap((difference) => incompatibility(difference, past) ?? [])];
}

/** The atom table of a run: that of the flow which it began with, or of the last one that went on with it. */
export function atomsOf({ manifest, fingerprint }: RunStatus, began: Shape): Shape['atoms'] {
  if (fingerprint === began.fingerprint) return began.atoms;
  return [...storedFlow(manifest).atoms.values()].map(({ path, kind }) => [path, storedKind(kind)] as const);
}

function versions({ version, continues }: CompiledFlow, stored: number): string[] {
  if (stored === version || continues.includes(stored)) return [];
  return [`the run is one of version ${stored}; this code has version ${version}, which does not say that it continues ${stored}`];
}

function incompatibility(difference: Difference, past: Past): string | undefined {
  switch (difference.is) {
    case 'gone':
      return gone(difference.atom, past.at(difference.atom.path));
    case 'otherKind': {
      const { path, kind } = difference.atom;
      return past.at(path).round === 0 ? undefined : `'${path}' was a ${kind} when it began, and is a ${difference.now.kind} now`;
    }
    case 'otherVersion': {
      const { path, version } = difference.atom;
      return past.at(path).round === 0 ? undefined : `'${path}' began in version ${version}, and is version ${difference.now.version} now`;
    }
    case 'otherSignal': {
      const { path, signal } = difference.atom;
      const now = signalText(difference.now.signal);
      return past.at(path).state === 'WAITING' ? `'${path}' waits for ${signalText(signal)}, and for ${now} in this code` : undefined;
    }
    case 'revertGone': {
      const { state, wakeAtMs } = past.at(difference.atom.path);
      const isUndone = state === 'REVERTING' || (state === 'REVERT_FAILURE' && wakeAtMs !== undefined);
      return isUndone ? `'${difference.atom.path}' is ${state}, and has no revert in this code: nobody could finish undoing it` : undefined;
    }
    case 'notOptional':
      return past.isLeftOut(difference.node)
        ? `'${difference.node}' was optional, and is left out since it failed: in this code the run could not go on without it`
        : undefined;
    case 'branchGone':
      return branchGone(difference.choice, difference.branch, past);
    case 'nowChoice': {
      const begun = difference.branches.filter((branch) => past.hasBegun(`${difference.choice}/${branch}`));
      return begun.length < 2
        ? undefined
        : `'${difference.choice}' is a choice now, and more than one of its branches has begun: ${begun.join(', ')}`;
    }
  }
}

function signalText(signal: string | undefined): string {
  return signal === undefined ? 'a time' : `the signal '${signal}'`;
}

/** What was done and is gone could never be undone; of a wait nothing is done. */
function gone({ path, kind, reverts }: StoredAtom, { state }: AtomStatus): string | undefined {
  if (!mayBeUndone(state) || state === 'WAITING') return undefined;
  const isUnderWay = state !== 'SUCCESS';
  if (!isUnderWay && !reverts && ATOM_BEHAVIORS[storedKind(kind)].begins !== 'attempt') return undefined;
  return `'${path}' is ${state}, and is not in this code: nobody could ${isUnderWay ? 'finish or undo' : 'undo'} it`;
}

/** A choice is made once: the branch that it chose is still to be done, and no other can be chosen. */
function branchGone(choice: string, branch: string, past: Past): string | undefined {
  const isLeft = past.chosen(choice)?.has(branch) === true && past.isAhead(`${choice}/${branch}`);
  return isLeft ? `'${choice}' chose '${branch}', which is not in this code: nobody could do it` : undefined;
}
