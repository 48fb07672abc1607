import { ts } from '../../source/index.js';
import type { Completion } from '../ground/interpreter-state.js';

/** Whether a loop ends with this turn, and how its statement ended then. */
export function loop(ended: Completion, node: ts.IterationStatement): { readonly leave: boolean; readonly completion: Completion } {
  switch (ended?.kind) {
    case 'return':
      return { leave: true, completion: ended };
    case 'break':
      return { leave: true, completion: isOf(ended, node) ? undefined : ended };
    case 'continue':
      return isOf(ended, node) ? { leave: false, completion: undefined } : { leave: true, completion: ended };
    case undefined:
      return { leave: false, completion: undefined };
  }
}

/** `break` and `continue` are of the loop around them, or of the one that they name. */
function isOf({ label }: { readonly label: string | undefined }, node: ts.IterationStatement): boolean {
  if (label === undefined) return true;
  for (let at: ts.Node = node.parent; ts.isLabeledStatement(at); at = at.parent) if (at.label.text === label) return true;
  return false;
}
