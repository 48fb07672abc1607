import { ts } from '../source/index.js';
import type { Frame } from './frame.js';
import type { Completion, Machine } from './machine.js';
import { isObject } from './origins.js';
import { walk } from './syntax.js';
import { Unknown } from './unknown.js';

/** Whether a loop ends with this turn, and how its statement ended then. */
export function loop(ended: Completion): { readonly leave: boolean; readonly completion: Completion } {
  switch (ended?.kind) {
    case 'return':
      return { leave: true, completion: ended };
    case 'break':
      return { leave: true, completion: undefined };
    default:
      return { leave: false, completion: undefined };
  }
}

/** A loop that turns nobody knows how often: whatever it changes is unknown from then on. */
export function forget(node: ts.Node, reason: string, frame: Frame, machine: Machine): void {
  const { checker } = machine.types;
  const lose = (target: ts.Expression): void => {
    const root = rootOf(target);
    const symbol = root === undefined ? undefined : machine.types.symbolAt(root);
    if (root === undefined || symbol === undefined) return;
    const value = frame.find(symbol)?.value;
    if (root !== target && isObject(value) && !(value instanceof Unknown)) {
      machine.origins.markOpen(value);
      return;
    }
    const lost = new Unknown(reason, root, checker.getTypeAtLocation(root), true);
    if (!frame.assign(symbol, lost)) machine.write(symbol, lost);
  };
  walk(node, (inner) => {
    if (ts.isBinaryExpression(inner) && isAssignment(inner)) lose(inner.left);
    else if (ts.isCallExpression(inner) && ts.isPropertyAccessExpression(inner.expression)) {
      const value = rootOf(inner.expression.expression);
      const symbol = value === undefined ? undefined : machine.types.symbolAt(value);
      const owner = symbol === undefined ? undefined : frame.find(symbol)?.value;
      if (Array.isArray(owner) || owner instanceof Map || owner instanceof Set) machine.origins.markOpen(owner);
    }
  });
}

export function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** The variable that `a.b.c` begins with. */
export function rootOf(target: ts.Expression): ts.Identifier | undefined {
  if (ts.isIdentifier(target)) return target;
  if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) return rootOf(target.expression);
  if (ts.isParenthesizedExpression(target) || ts.isNonNullExpression(target) || ts.isAsExpression(target)) return rootOf(target.expression);
  return undefined;
}
