import type { TaskCode } from '../../authoring/index.js';
import type { CompiledAtom, CompiledRetry } from '../../compilation/index.js';
import type { Limits } from '../state/protocol.js';

/** Whether something may have to be called when an atom is undone. Without, that costs no call. */
export function mayRevert(atom: CompiledAtom, limits: Limits): boolean {
  if (atom.kind === 'task') return mayHave(atom.task.hasRevert, atom.task.code, limits);
  return atom.retry.kind === 'own' && mayHave(atom.retry.hasRevert, atom.retry.code, limits);
}

/** Whether a retry may have code that begins its attempts. */
export function mayExecute({ retry }: CompiledRetry, limits: Limits): boolean {
  return retry.kind === 'own' && mayHave(retry.hasExecute, retry.code, limits);
}

/** A container may give an instance of another class, or something around it: what that has shows when it is there. */
function mayHave(known: boolean | undefined, { kind }: TaskCode, { resolves }: Limits): boolean {
  return known !== false || (resolves === true && kind === 'class');
}
