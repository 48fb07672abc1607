import type { AtomState } from '../../model/states.js';
import type { AtomStatus } from './run-status.js';

/** Keeps when an atom's calls began and ended, as it moves to another state. */
export function foldTimes(atom: AtomStatus, to: AtomState, atMs: number): void {
  const { state: from } = atom;
  switch (to) {
    case 'WAITING':
      atom.startedAtMs = atMs;
      atom.endedAtMs = undefined;
      return;
    case 'RUNNING':
      if (from === 'PENDING') atom.startedAtMs = atMs;
      atom.endedAtMs = undefined;
      return;
    case 'RETRYING':
      atom.endedAtMs = atMs;
      return;
    case 'SUCCESS':
    case 'FAILURE':
      // A revert that was withdrawn before it was called has not begun.
      if (from === 'REVERTING') atom.revertStartedAtMs = undefined;
      else atom.endedAtMs = atMs;
      return;
    case 'REVERTING':
      if (from !== 'REVERTING' && from !== 'REVERT_FAILURE') atom.revertStartedAtMs = atMs;
      atom.revertEndedAtMs = undefined;
      return;
    case 'REVERTED':
    case 'REVERT_FAILURE':
      // A wait that is withdrawn was not reverted.
      if (from === 'WAITING') atom.endedAtMs = atMs;
      else atom.revertEndedAtMs = atMs;
      return;
    case 'PENDING':
      atom.startedAtMs = undefined;
      return;
    case 'IGNORE':
  }
}
