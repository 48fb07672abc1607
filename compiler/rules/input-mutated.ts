import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { parametersOf, rootOf, short, type Types, unwrapped, walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { changedBy, isCollection, isReplaced } from './changes.js';
import { methodsOf } from './methods.js';
import type { Rule } from './rule.js';

/** Methods that give an item of a collection, and not a copy. */
const GIVING = new Set(['at', 'find', 'findLast', 'get']);

/** Each call gets its own copy of its inputs: whatever it changes in them, nobody else sees. */
export const inputMutated: Rule = {
  code: 'INPUT_MUTATED',
  severity: 'warning',
  title: RULE_TITLES.INPUT_MUTATED,
  *find({ tasks, interpreter: { types } }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      const inputs = namesOf(parametersOf(node)[0]?.name, body, types);
      if (inputs.size === 0) continue;
      const found: ts.Node[] = [];
      walk(body, (inner) => {
        for (const target of changedBy(inner, types)) {
          const root = rootOf(target);
          const symbol = root && types.symbolAt(root);
          // Another value for the variable itself changes nothing that was given.
          if (symbol !== undefined && inputs.has(symbol) && !(target === root && isReplaced(inner))) found.push(target);
        }
      });
      for (const at of found) {
        yield {
          at,
          message: ruleSentence('INPUT_MUTATED', { task: task.name, method: name, input: short(at) }),
        };
      }
    }
  },
};

/** What is declared there, and whatever holds a part of it; but for what gets another value later: that may be a copy. */
function namesOf(name: ts.BindingName | undefined, body: ts.Node, types: Types): ReadonlySet<ts.Symbol> {
  const symbols = new Set<ts.Symbol>();
  if (name === undefined) return symbols;
  addNames(name, symbols, types);
  const replaced = replacedIn(body, types);
  for (const symbol of replaced) symbols.delete(symbol);
  const isPart = (expression: ts.Expression | undefined): boolean => {
    const root = expression && partOf(expression, types);
    const symbol = root && types.symbolAt(root);
    return symbol !== undefined && symbols.has(symbol);
  };
  walk(body, (node) => {
    if (ts.isVariableDeclaration(node) && isPart(node.initializer)) addNames(node.name, symbols, types, replaced);
    if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer) && isPart(node.expression))
      for (const { name: each } of node.initializer.declarations) addNames(each, symbols, types, replaced);
    const item = ts.isCallExpression(node) ? itemParameter(node, types) : undefined;
    if (item !== undefined && isPart((node as ts.CallExpression & { expression: ts.PropertyAccessExpression }).expression.expression))
      addNames(item, symbols, types, replaced);
  });
  return symbols;
}

/** Names of a pattern; what it leaves over is an object of its own. */
function addNames(name: ts.BindingName, into: Set<ts.Symbol>, types: Types, but: ReadonlySet<ts.Symbol> = new Set()): void {
  if (ts.isIdentifier(name)) {
    const symbol = types.symbolAt(name);
    if (symbol !== undefined && !but.has(symbol)) into.add(symbol);
    return;
  }
  for (const element of name.elements) {
    if (!ts.isOmittedExpression(element) && element.dotDotDotToken === undefined) addNames(element.name, into, types, but);
  }
}

function replacedIn(body: ts.Node, types: Types): ReadonlySet<ts.Symbol> {
  const symbols = new Set<ts.Symbol>();
  walk(body, (node) => {
    if (!isReplaced(node)) return;
    for (const target of changedBy(node, types)) {
      const symbol = ts.isIdentifier(target) ? types.symbolAt(target) : undefined;
      if (symbol !== undefined) symbols.add(symbol);
    }
  });
  return symbols;
}

/** The variable that an expression is a part of: `cart` of `cart.items[0]` and of `cart.items.find(…)`. */
function partOf(expression: ts.Expression, types: Types): ts.Identifier | undefined {
  const node = unwrapped(expression);
  if (!ts.isCallExpression(node)) {
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return partOf(node.expression, types);
    return ts.isIdentifier(node) ? node : undefined;
  }
  const { expression: callee } = node;
  if (!ts.isPropertyAccessExpression(callee) || !GIVING.has(callee.name.text) || !isCollection(callee.expression, types)) return undefined;
  return partOf(callee.expression, types);
}

/** What `forEach` gives to its function. */
function itemParameter({ expression, arguments: [given] }: ts.CallExpression, types: Types): ts.BindingName | undefined {
  const fn = given && unwrapped(given);
  const isEach =
    ts.isPropertyAccessExpression(expression) && expression.name.text === 'forEach' && isCollection(expression.expression, types);
  return isEach && fn !== undefined && (ts.isArrowFunction(fn) || ts.isFunctionExpression(fn)) ? fn.parameters[0]?.name : undefined;
}
