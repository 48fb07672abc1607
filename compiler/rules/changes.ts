import { CHANGING_METHODS } from '../findings/changing-methods.js';
import { changedIn, type Types, unwrapped } from '../reading/index.js';
import { ts } from '../source/index.js';

/** Methods of lists, maps, sets and dates that change them. */
const CHANGING = new Set([...CHANGING_METHODS, 'set', 'add', 'delete', 'clear']);
const COLLECTIONS = new Set(['Map', 'Set', 'Date', 'Array', 'Uint8Array', 'Buffer', 'WeakMap', 'WeakSet']);
/** Functions of `Object` and `Reflect` that change what they are given first. */
const CHANGING_FUNCTIONS = new Set(['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf', 'set', 'deleteProperty']);

/** What a node assigns to, deletes, or changes by a method of JavaScript's own. */
export function changedBy(node: ts.Node, types: Types): readonly ts.Expression[] {
  return ts.isCallExpression(node) ? changedByCall(node, types) : changedIn(node);
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
  return ts.isIdentifier(owner) && /^(Object|Reflect)$/.test(owner.text) && CHANGING_FUNCTIONS.has(name.text) && first !== undefined
    ? [unwrapped(first)]
    : [];
}

export function isCollection(owner: ts.Expression, types: Types): boolean {
  const type = types.checker.getNonNullableType(types.of(owner));
  return types.checker.isArrayLikeType(type) || (type.symbol !== undefined && COLLECTIONS.has(type.symbol.name));
}
