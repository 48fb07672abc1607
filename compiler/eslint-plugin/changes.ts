import { CHANGING_METHODS } from '../findings/changing-methods.js';
import { isA, keyOf, type Node, unwrapped } from './nodes.js';

/** Functions of `Object` that change what they are given first. */
const CHANGING_FUNCTIONS = ['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf'];

/** What a node assigns to, deletes, or changes by a method of JavaScript's own: by their names, without types, those of lists and dates. */
export function changedBy(node: Node): readonly Node[] {
  if (isA(node, 'AssignmentExpression')) return targetsIn(node.left);
  if (isA(node, 'UpdateExpression') || (isA(node, 'UnaryExpression') && node.operator === 'delete')) return [node.argument];
  if (!isA(node, 'CallExpression')) return [];
  const callee = unwrapped(node.callee);
  if (!isA(callee, 'MemberExpression')) return [];
  const { object } = callee;
  const key = keyOf(callee) ?? '';
  if (CHANGING_METHODS.includes(key)) return [object];
  const [first] = node.arguments;
  return isA(object, 'Identifier') && object.name === 'Object' && CHANGING_FUNCTIONS.includes(key) && first !== undefined ? [first] : [];
}

/** Whether it is given another value as a whole, and not changed in itself. */
export function isReplaced(node: Node): boolean {
  return !isA(node, 'CallExpression');
}

/** All that a pattern gives a value. */
function targetsIn(left: Node | null): readonly Node[] {
  if (left === null) return [];
  const target = unwrapped(left);
  if (isA(target, 'ArrayPattern')) return target.elements.flatMap((one) => targetsIn(one ?? null));
  if (isA(target, 'ObjectPattern')) return target.properties.flatMap((one) => targetsIn(isA(one, 'Property') ? one.value : one));
  return isA(target, 'RestElement') ? targetsIn(target.argument) : [target];
}
