import { onOneLine } from '../../findings/rule-texts.js';
import { type SourceCode, variableOf, walk } from '../linter.js';
import { type FunctionNode, isA, isClass, isFunction, isInside, keyOf, type Node, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { functionBehind, tasksIn } from '../tasks.js';

/** Where `execute` and `revert` have their context. */
const CONTEXT = { execute: 1, revert: 2 } as const;

/** Work that nobody waits for goes on when the step is stored as done: after a crash nobody knows of it. */
export const floatingPromise = ruleFor('FLOATING_PROMISE', ['FLOATING_PROMISE'], function* (code) {
  for (const { name: task, methods } of tasksIn(code)) {
    for (const { name: method, function: node, body } of methods) {
      const floats = { code, context: node.params[CONTEXT[method]] };
      const found: Node[] = [];
      walk(body, code, (inner) => {
        if (isA(inner, 'ExpressionStatement') && isFloating(inner.expression, floats)) found.push(inner.expression);
        return true;
      });
      for (const at of found) yield { at, sentence: 'FLOATING_PROMISE', facts: { task, method, call: onOneLine(code.getText(at)) } };
    }
  }
});

interface Around {
  readonly code: SourceCode;
  /** The parameter that is the task's context. */
  readonly context: Node | undefined;
}

/** Whether an expression is certainly a promise, and nobody waits for it: without types that is known of a few only. */
function isFloating(expression: Node, around: Around): boolean {
  const node = unwrapped(expression);
  if (isA(node, 'SequenceExpression')) {
    const last = node.expressions.at(-1);
    return last !== undefined && isFloating(last, around);
  }
  if (isA(node, 'ConditionalExpression')) return isFloating(node.consequent, around) || isFloating(node.alternate, around);
  if (isA(node, 'ImportExpression')) return true;
  if (isA(node, 'NewExpression')) return isGlobal(node.callee, 'Promise', around);
  if (!isA(node, 'CallExpression')) return false;
  const callee = unwrapped(node.callee);
  const [first] = node.arguments;
  if (isA(callee, 'Identifier')) {
    return (
      isAsync(functionBehind(callee, around.code)) ||
      isGlobal(callee, 'fetch', around) ||
      (callee.name === 'save' && isContext(callee, around))
    );
  }
  if (!isA(callee, 'MemberExpression')) return isAsync(functionBehind(callee, around.code));
  switch (keyOf(callee)) {
    // Who says what is done when it goes wrong has thought of it.
    case 'then':
      return node.arguments.length === 1;
    case 'catch':
      return first === undefined && isFloating(callee.object, around);
    case 'finally':
      return isFloating(callee.object, around);
    case 'forEach':
      return (
        first !== undefined &&
        isA(unwrapped(first), 'ArrowFunctionExpression', 'FunctionExpression') &&
        isAsync(functionBehind(first, around.code))
      );
    case 'save':
      return isContext(callee.object, around);
    default:
      return isGlobal(callee.object, 'Promise', around) || isAsync(ownMethod(callee));
  }
}

/** `async`, or declared to return a promise. */
function isAsync(node: FunctionNode | undefined): boolean {
  if (node === undefined || node.generator === true) return false;
  const returned = node.returnType?.typeAnnotation;
  return node.async || (isA(returned, 'TSTypeReference') && isA(returned.typeName, 'Identifier') && returned.typeName.name === 'Promise');
}

function isGlobal(node: Node, name: string, { code }: Around): boolean {
  return isA(node, 'Identifier') && node.name === name && variableOf(node, code) === undefined;
}

/** The context, or what its pattern takes out of it. */
function isContext(node: Node, { code, context }: Around): boolean {
  const name = isA(node, 'Identifier') ? variableOf(node, code)?.defs[0]?.name : undefined;
  return name !== undefined && context !== undefined && isInside(name, context);
}

/** The method of the same class that `this.name` is. */
function ownMethod(callee: Node): FunctionNode | undefined {
  if (!isA(callee, 'MemberExpression') || !isA(callee.object, 'ThisExpression')) return undefined;
  let at: Node | null | undefined = callee.parent;
  while (at && !isClass(at)) at = at.parent;
  if (!isClass(at)) return undefined;
  const method = at.body.body.find((member) => isA(member, 'MethodDefinition') && keyOf(member) === keyOf(callee));
  return isA(method, 'MethodDefinition') && isFunction(method.value) ? method.value : undefined;
}
