import { unwrapped } from '../reading/index.js';
import { ts } from '../source/index.js';

/** Whether a statement does nothing: it neither calls, changes, throws nor waits. */
export function doesNothing(statement: ts.Statement): boolean {
  if (ts.isEmptyStatement(statement)) return true;
  if (ts.isBlock(statement)) return statement.statements.every(doesNothing);
  if (ts.isReturnStatement(statement)) return statement.expression === undefined || isNothing(statement.expression);
  if (ts.isExpressionStatement(statement)) return isNothing(statement.expression);
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.every(({ initializer }) => initializer === undefined || isPlain(initializer));
  if (!ts.isIfStatement(statement) || !isPlain(statement.expression)) return false;
  return doesNothing(statement.thenStatement) && (statement.elseStatement === undefined || doesNothing(statement.elseStatement));
}

/** `undefined`, `null`, `void outcome`, and a promise of these, awaited or not. */
export function isNothing(expression: ts.Expression): boolean {
  const node = unwrapped(expression);
  if (ts.isIdentifier(node)) return node.text === 'undefined';
  if (node.kind === ts.SyntaxKind.NullKeyword) return true;
  if (ts.isVoidExpression(node)) return isPlain(node.expression);
  if (ts.isAwaitExpression(node)) return isNothing(node.expression);
  return ts.isCallExpression(node) && node.expression.getText() === 'Promise.resolve' && node.arguments.every(isNothing);
}

/** A name, a text or a number, or what is asked of these. */
function isPlain(expression: ts.Expression): boolean {
  const node = unwrapped(expression);
  if (ts.isIdentifier(node) || ts.isLiteralExpression(node)) return true;
  if (ts.isPropertyAccessExpression(node)) return isPlain(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken && isPlain(node.operand);
  const isEqual = ts.isBinaryExpression(node) && /^[!=]==?$/.test(node.operatorToken.getText());
  if (isEqual) return isPlain(node.left) && isPlain(node.right);
  return [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind);
}
