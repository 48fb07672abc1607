import { CHANGING_METHODS } from '../findings/changing-methods.js';
import { isAssignment } from '../reading/index.js';
import { ts } from '../source/index.js';

/** Methods of lists, maps, sets and dates that change them. */
const CHANGING = new Set([...CHANGING_METHODS, 'set', 'add', 'delete', 'clear']);

/** What a node assigns to or deletes. */
export function changedBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node) && isAssignment(node)) return node.left;
  if (ts.isDeleteExpression(node)) return node.expression;
  if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && isStep(node.operator)) return node.operand;
  return undefined;
}

/** What a call changes by a method of JavaScript's own collections. */
export function changedByCall(node: ts.Node, isCollection: (owner: ts.Expression) => boolean): ts.Expression | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { name, expression } = node.expression;
  return CHANGING.has(name.text) && isCollection(expression) ? expression : undefined;
}

function isStep(operator: ts.SyntaxKind): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}
