import { onOneLine } from '../../findings/rule-texts.js';
import { type SourceCode, variableOf, walk } from '../linter.js';
import { type FunctionNode, isA, isClass, isFunction, isInside, keyOf, type Node, parametersOf, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { functionBehind, tasksIn } from '../tasks.js';

/** Where `execute` and `revert` have their context. */
const CONTEXT = { execute: 1, revert: 2 } as const;

/** Work that is not awaited goes on when the step is stored as done: after a crash nothing repeats it. */
export const floatingPromise = ruleFor('FLOATING_PROMISE', ['FLOATING_PROMISE'], function* (code) {
  const reported = new Set<Node>();
  for (const { name: task, methods } of tasksIn(code)) {
    for (const { name: method, function: node, body } of methods) {
      const floats = { code, context: parametersOf(node)[CONTEXT[method]] };
      const found: Node[] = [];
      for (const one of [body, ...calledBy(body, code)]) {
        walk(one, code, (inner) => {
          if (isA(inner, 'ExpressionStatement') && isFloating(inner.expression, floats)) found.push(inner.expression);
          return true;
        });
      }
      // What several tasks call is said of the first.
      for (const at of found.filter((one) => !reported.has(one))) {
        reported.add(at);
        yield { at, sentence: 'FLOATING_PROMISE', facts: { task, method, call: onOneLine(code.getText(at)) } };
      }
    }
  }
});

/** As far as a method's work is handed on. */
const DEEPEST = 3;
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];

/** The bodies of functions and methods of this file that some code calls, also through each other. */
function calledBy(code: Node, source: SourceCode): readonly Node[] {
  const found = new Set<Node>();
  const visit = (body: Node, depth: number): void => {
    walk(body, source, (inner) => {
      const callee = isA(inner, 'CallExpression') ? unwrapped(inner.callee) : undefined;
      const called = callee && (isA(callee, 'Identifier') ? functionBehind(callee, source) : ownMethod(callee))?.body;
      if (!called || called === code || found.has(called)) return true;
      found.add(called);
      if (depth < DEEPEST) visit(called, depth + 1);
      return true;
    });
  };
  visit(code, 1);
  return [...found].filter((body) => !isInside(body, code));
}

interface Around {
  readonly code: SourceCode;
  /** The parameter that is the task's context. */
  readonly context: Node | undefined;
}

/** Whether an expression is certainly a promise, and is not awaited: without types that is known of a few only. */
function isFloating(expression: Node, around: Around): boolean {
  const node = unwrapped(expression);
  if (isA(node, 'SequenceExpression')) {
    const last = node.expressions.at(-1);
    return last !== undefined && isFloating(last, around);
  }
  // What stands on the right is the value, or nothing happens.
  if (isA(node, 'LogicalExpression')) return isFloating(node.right, around);
  if (isA(node, 'ConditionalExpression')) return isFloating(node.consequent, around) || isFloating(node.alternate, around);
  if (isA(node, 'ImportExpression')) return true;
  if (isA(node, 'NewExpression')) return isGlobal(node.callee, 'Promise', around);
  if (!isA(node, 'CallExpression')) return false;
  const callee = unwrapped(node.callee);
  const [first] = node.arguments;
  if (isA(callee, 'Identifier')) {
    if (TIMERS.includes(callee.name) && variableOf(callee, around.code) === undefined)
      return givesPromise(first, around) && !isInNewPromise(node, around);
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
    case 'map':
      return givesPromise(first, around);
    case 'save':
      return isContext(callee.object, around);
    default:
      return isGlobal(callee.object, 'Promise', around) || isAsync(ownMethod(callee));
  }
}

/** Whether it stands in the function of `new Promise((resolve) => …)`: what it does there may end in `resolve`. */
function isInNewPromise(node: Node, around: Around): boolean {
  for (let at: Node | null | undefined = node.parent; at; at = at.parent) {
    const { parent } = at;
    if (isFunction(at) && isA(parent, 'NewExpression') && isGlobal(parent.callee, 'Promise', around)) return true;
  }
  return false;
}

/** A function whose result has to be waited for: it is `async`, or an arrow that is nothing but such a call. */
function givesPromise(argument: Node | undefined, around: Around): boolean {
  const fn = argument && functionBehind(argument, around.code);
  if (fn === undefined || isAsync(fn)) return fn !== undefined;
  return isA(fn, 'ArrowFunctionExpression') && !!fn.body && !isA(fn.body, 'BlockStatement') && isFloating(fn.body, around);
}

/** `async`, or declared to return a promise. */
function isAsync(node: FunctionNode | undefined): boolean {
  if (node === undefined || node.generator === true) return false;
  return node.async || isPromiseType(node.returnType?.typeAnnotation);
}

/** `Promise<…>`, or that among others. */
function isPromiseType(type: Node | undefined): boolean {
  if (isA(type, 'TSUnionType')) return type.types.some(isPromiseType);
  return isA(type, 'TSTypeReference') && isA(type.typeName, 'Identifier') && type.typeName.name === 'Promise';
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
  const method = at.body.body.find((member) => isA(member, 'MethodDefinition', 'PropertyDefinition') && keyOf(member) === keyOf(callee));
  const value = isA(method, 'MethodDefinition', 'PropertyDefinition') ? method.value : undefined;
  return isFunction(value) ? value : undefined;
}
