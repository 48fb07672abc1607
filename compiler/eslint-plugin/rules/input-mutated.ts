import { onOneLine } from '../../findings/rule-texts.js';
import { changedBy, isReplaced } from '../changes.js';
import { type SourceCode, type Variable, variableOf, walk } from '../linter.js';
import { type FunctionNode, isA, isFunction, isInside, keyOf, type Node, parametersOf, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { tasksIn } from '../tasks.js';

/** Methods that give an item of a collection, and not a copy. */
const GIVING = ['at', 'find', 'findLast', 'get'];

/** Each call gets its own copy of its inputs: whatever it changes in them, no other call sees. */
export const inputMutated = ruleFor('INPUT_MUTATED', ['INPUT_MUTATED'], function* (code) {
  for (const { name: task, methods } of tasksIn(code)) {
    for (const { name: method, function: node, body } of methods) {
      const inputs = inputsOf(node, body, code);
      const found: Node[] = [];
      walk(body, code, (inner) => {
        for (const target of changedBy(inner)) {
          const root = rootOf(target);
          const variable = root && variableOf(root, code);
          // Another value for the variable itself changes nothing that was given.
          if (variable !== undefined && inputs.has(variable) && !(unwrapped(target) === root && isReplaced(inner))) found.push(target);
        }
        return true;
      });
      for (const at of found) yield { at, sentence: 'INPUT_MUTATED', facts: { task, method, input: onOneLine(code.getText(at)) } };
    }
  }
});

/** What the first parameter of a method declares, and whatever holds a part of it; but for what gets another value: that may be a copy. */
function inputsOf(node: FunctionNode, body: Node, code: SourceCode): ReadonlySet<Variable> {
  const [given] = parametersOf(node);
  const inputs = new Set<Variable>();
  const add = (declaring: Node, pattern: Node | undefined): void => {
    for (const variable of code.getDeclaredVariables(declaring)) {
      const { defs, references } = variable;
      const isDeclared = defs.some(({ name }) => pattern !== undefined && isInside(name, pattern) && !isRest(name, pattern));
      if (isDeclared && !references.some((one) => one.isWrite() && one.init !== true)) inputs.add(variable);
    }
  };
  const isPart = (expression: Node | null | undefined): boolean => {
    const root = expression ? partOf(expression) : undefined;
    const variable = root && variableOf(root, code);
    return variable !== undefined && inputs.has(variable);
  };
  add(node, given);
  walk(body, code, (inner) => {
    if (isA(inner, 'VariableDeclarator') && isPart(inner.init)) add(inner, inner.id);
    if (isA(inner, 'ForOfStatement') && isA(inner.left, 'VariableDeclaration') && isPart(inner.right))
      for (const declarator of inner.left.declarations) add(declarator, declarator.id);
    const item = isA(inner, 'CallExpression') ? itemOf(inner.callee, inner.arguments[0]) : undefined;
    if (item !== undefined && isPart(item.of)) add(item.in, item.in.params[0]);
    return true;
  });
  return inputs;
}

/** What a pattern leaves over is an object of its own. */
function isRest(name: Node, pattern: Node): boolean {
  for (let at: Node | null | undefined = name; at && at !== pattern; at = at.parent) if (isA(at, 'RestElement')) return true;
  return false;
}

/** The variable that a target begins with. */
function rootOf(target: Node): (Node & { readonly type: 'Identifier'; readonly name: string }) | undefined {
  const node = unwrapped(target);
  if (isA(node, 'MemberExpression')) return rootOf(node.object);
  return isA(node, 'Identifier') ? node : undefined;
}

/** The variable that an expression is a part of: `cart` of `cart.items[0]` and of `cart.items.find(…)`. */
function partOf(expression: Node): ReturnType<typeof rootOf> {
  const node = unwrapped(expression);
  if (!isA(node, 'CallExpression')) return isA(node, 'MemberExpression') ? partOf(node.object) : rootOf(node);
  const callee = unwrapped(node.callee);
  return isA(callee, 'MemberExpression') && GIVING.includes(keyOf(callee) ?? '') ? partOf(callee.object) : undefined;
}

/** What `forEach` gives to its function, and of what. */
function itemOf(callee: Node, given: Node | undefined): { readonly of: Node; readonly in: FunctionNode } | undefined {
  const fn = given && unwrapped(given);
  const each = unwrapped(callee);
  return isA(each, 'MemberExpression') && keyOf(each) === 'forEach' && isFunction(fn) ? { of: each.object, in: fn } : undefined;
}
