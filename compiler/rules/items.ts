import { type Types, unwrapped } from '../reading/index.js';
import { ts } from '../source/index.js';
import { isCollection } from './changes.js';

/** Methods that give an item of a collection, and not a copy. */
const GIVING_ONE = new Set(['at', 'find', 'findLast', 'get']);
/** Methods that give another collection of the same items. */
const GIVING_ALL = new Set(['slice', 'filter', 'toSorted', 'toReversed', 'values']);
/** Methods that call their function with each item, as its first parameter, and those that give it as the second. */
const EACH = new Set(['forEach', 'map', 'flatMap', 'filter', 'find', 'findLast', 'findIndex', 'findLastIndex', 'some', 'every']);
const EACH_AFTER = new Set(['reduce', 'reduceRight']);

/** What a call gives of a collection or an object: one of its items, all of them, or all with their names. */
export interface Items {
  readonly of: ts.Expression;
  readonly are: 'one' | 'all' | 'pairs';
}

/** `list.find(…)`, `list.slice()`, `Object.entries(prices)`. */
export function itemsOf({ expression, arguments: given }: ts.CallExpression, types: Types): Items | undefined {
  const callee = unwrapped(expression);
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  const { name, expression: of } = callee;
  const [first, ...more] = given;
  if (ts.isIdentifier(of) && first !== undefined && more.length === 0) {
    const called = `${of.text}.${name.text}`;
    if (called === 'Array.from' || called === 'Object.values') return { of: first, are: 'all' };
    if (called === 'Object.entries') return { of: first, are: 'pairs' };
  }
  const are = GIVING_ONE.has(name.text) ? 'one' : GIVING_ALL.has(name.text) ? 'all' : name.text === 'entries' ? 'pairs' : undefined;
  return are !== undefined && isCollection(of, types) ? { of, are } : undefined;
}

/** The parameter that is each item in turn, in `list.forEach((item) => …)` and the like. */
export function itemParameter({
  expression,
  arguments: [given],
}: ts.CallExpression): { readonly of: ts.Expression; readonly name: ts.BindingName } | undefined {
  const callee = unwrapped(expression);
  const fn = given && unwrapped(given);
  if (!ts.isPropertyAccessExpression(callee) || fn === undefined || !(ts.isArrowFunction(fn) || ts.isFunctionExpression(fn)))
    return undefined;
  const { name: method, expression: of } = callee;
  const index = EACH.has(method.text) ? 0 : EACH_AFTER.has(method.text) ? 1 : -1;
  const name = fn.parameters[index]?.name;
  return name && { of, name };
}
