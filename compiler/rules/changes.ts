import { CHANGING_METHODS } from '../findings/changing-methods.js';
import { isAssignment, type Types, unwrapped } from '../reading/index.js';
import { ts } from '../source/index.js';

/** Methods of lists, maps, sets and dates that change them. */
const CHANGING = new Set([...CHANGING_METHODS, 'set', 'add', 'delete', 'clear']);
const COLLECTIONS = new Set(['Map', 'Set', 'Date', 'Array', 'Uint8Array', 'Buffer', 'WeakMap', 'WeakSet']);
/** Functions of `Object` that change what they are given first. */
const CHANGING_FUNCTIONS = new Set(['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf']);

/** What a node assigns to, deletes, or changes by a method of JavaScript's own. */
export function changedBy(node: ts.Node, types: Types): readonly ts.Expression[] {
  if (ts.isBinaryExpression(node)) return isAssignment(node) ? targetsIn(node.left) : [];
  if (ts.isDeleteExpression(node)) return [node.expression];
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return isStep(node.operator) ? [node.operand] : [];
  return ts.isCallExpression(node) ? changedByCall(node, types) : [];
}

/** Whether it is given another value as a whole, and not changed in itself. */
export function isReplaced(node: ts.Node): boolean {
  return !ts.isCallExpression(node);
}

function changedByCall({ expression, arguments: given }: ts.CallExpression, types: Types): readonly ts.Expression[] {
  if (!ts.isPropertyAccessExpression(expression)) return [];
  const { name, expression: owner } = expression;
  if (CHANGING.has(name.text) && isCollection(owner, types)) return [owner];
  const [first] = given;
  return ts.isIdentifier(owner) && owner.text === 'Object' && CHANGING_FUNCTIONS.has(name.text) && first !== undefined
    ? [unwrapped(first)]
    : [];
}

/** All that a pattern gives a value. */
function targetsIn(left: ts.Expression): readonly ts.Expression[] {
  const target = unwrapped(left);
  if (ts.isArrayLiteralExpression(target)) return target.elements.flatMap(targetsIn);
  if (ts.isSpreadElement(target)) return targetsIn(target.expression);
  if (ts.isBinaryExpression(target)) return targetsIn(target.left);
  if (!ts.isObjectLiteralExpression(target)) return [target];
  return target.properties.flatMap((one) => {
    if (ts.isPropertyAssignment(one)) return targetsIn(one.initializer);
    if (ts.isSpreadAssignment(one)) return targetsIn(one.expression);
    return ts.isShorthandPropertyAssignment(one) ? [one.name] : [];
  });
}

export function isCollection(owner: ts.Expression, types: Types): boolean {
  const type = types.checker.getNonNullableType(types.of(owner));
  return types.checker.isArrayLikeType(type) || (type.symbol !== undefined && COLLECTIONS.has(type.symbol.name));
}

function isStep(operator: ts.SyntaxKind): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}
