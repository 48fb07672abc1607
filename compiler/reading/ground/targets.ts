import { ts } from '../../source/index.js';
import { unwrapped } from './syntax.js';

export type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

/** What a node itself gives another value, or removes. */
export function changedIn(node: ts.Node): readonly ts.Expression[] {
  if (ts.isBinaryExpression(node)) return isAssignment(node) ? targetsIn(node.left) : [];
  if (ts.isDeleteExpression(node)) return [unwrapped(node.expression)];
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return isStep(node.operator) ? [unwrapped(node.operand)] : [];
  const loops = ts.isForOfStatement(node) || ts.isForInStatement(node);
  return loops && !ts.isVariableDeclarationList(node.initializer) ? targetsIn(node.initializer) : [];
}

export function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** The variable that `a.b.c` begins with. */
export function rootOf(target: ts.Expression): ts.Identifier | undefined {
  const inner = unwrapped(target);
  if (ts.isIdentifier(inner)) return inner;
  return isAccess(inner) ? rootOf(inner.expression) : undefined;
}

export function isAccess(node: ts.Node): node is Access {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

/** All that a pattern gives a value. */
function targetsIn(left: ts.Expression): readonly ts.Expression[] {
  const target = unwrapped(left);
  if (ts.isArrayLiteralExpression(target)) return target.elements.flatMap(targetsIn);
  if (ts.isSpreadElement(target)) return targetsIn(target.expression);
  if (ts.isBinaryExpression(target)) return targetsIn(target.left);
  if (ts.isOmittedExpression(target)) return [];
  if (!ts.isObjectLiteralExpression(target)) return [target];
  return target.properties.flatMap((one) => {
    if (ts.isPropertyAssignment(one)) return targetsIn(one.initializer);
    if (ts.isSpreadAssignment(one)) return targetsIn(one.expression);
    return ts.isShorthandPropertyAssignment(one) ? [one.name] : [];
  });
}

function isStep(operator: ts.SyntaxKind): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}
