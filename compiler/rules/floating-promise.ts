import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { type ProjectReading, short, type Types, unwrapped, walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { calledBy } from './called-code.js';
import { isCollection } from './changes.js';
import { methodsOf } from './methods.js';
import type { Rule } from './rule.js';
import { isTimer } from './timers.js';
import { unusedIn } from './unused.js';

/** Methods of collections that do not wait for what their function gives. */
const NOT_WAITING = new Set(['forEach', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'filter']);

/** Work that is not awaited goes on when the step is stored as done: after a crash nothing repeats it. */
export const floatingPromise: Rule = {
  code: 'FLOATING_PROMISE',
  severity: 'error',
  title: RULE_TITLES.FLOATING_PROMISE,
  *find({ tasks, interpreter }) {
    const reported = new Set<ts.Node>();
    for (const method of tasks.flatMap(methodsOf)) {
      for (const code of [method.body, ...calledBy(method.body, interpreter)]) {
        // What several tasks call is said of the first.
        for (const at of floatingIn(code, interpreter).filter((one) => !reported.has(one))) {
          reported.add(at);
          yield {
            at,
            message: ruleSentence('FLOATING_PROMISE', { task: method.task.name, method: method.name, call: short(at) }),
          };
        }
      }
    }
  },
};

function floatingIn(code: ts.Node, { types }: ProjectReading['interpreter']): readonly ts.Expression[] {
  const found: ts.Expression[] = [];
  const kept: ts.VariableDeclaration[] = [];
  walk(code, (node) => {
    if (ts.isExpressionStatement(node) && floats(node.expression, types)) found.push(node.expression);
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
      if (isTimerOfPromise(unwrapped(node.initializer), types)) found.push(node.initializer);
      else if (mayBeForgotten(node) && floats(node.initializer, types)) kept.push(node);
    }
  });
  // A variable that is not read is as good as none.
  const unused = kept.length === 0 ? [] : unusedIn(code, kept, types);
  return [...found, ...unused.flatMap(({ initializer }) => initializer ?? [])].sort((a, b) => a.pos - b.pos);
}

/** Whoever calls a variable `_` says that it is not read on purpose; `using` waits itself. */
function mayBeForgotten({ name, parent }: ts.VariableDeclaration): boolean {
  return ts.isIdentifier(name) && !name.text.startsWith('_') && (parent.flags & ts.NodeFlags.Using) !== ts.NodeFlags.Using;
}

function floats(expression: ts.Expression, types: Types): boolean {
  const node = unwrapped(expression);
  // To await a list waits for nothing in it.
  if (ts.isAwaitExpression(node)) return isListOfPromises(node.expression, types);
  if (ts.isVoidExpression(node)) return false;
  if (ts.isBinaryExpression(node)) return isLastOf(node.operatorToken.kind) && floats(node.right, types);
  if (ts.isConditionalExpression(node)) return floats(node.whenTrue, types) || floats(node.whenFalse, types);
  if (!ts.isCallExpression(node)) return isPromise(node, types);
  if (isTimerOfPromise(node, types)) return true;
  if (ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression: owner } = node.expression;
    // Who catches what goes wrong has thought of it.
    if (name.text === 'catch' && node.arguments.length > 0) return false;
    if (name.text === 'then' && node.arguments.length > 1) return false;
    if (name.text === 'finally') return floats(owner, types);
    if (NOT_WAITING.has(name.text) && isCollection(owner, types)) {
      if (givesPromise(node.arguments[0], types)) return true;
    } else if (isTimerOfPromise(unwrapped(owner), types)) return true;
  }
  return isPromise(node, types);
}

/** `setTimeout(async () => …)`. Who makes a promise of it waits for that. */
function isTimerOfPromise(node: ts.Expression, types: Types): boolean {
  const isTimed = ts.isCallExpression(node) && isTimer(unwrapped(node.expression)) && givesPromise(node.arguments[0], types);
  return isTimed && !isInNewPromise(node);
}

/** Whether it stands in the function of `new Promise((resolve) => …)`: what it does there may end in `resolve`. */
function isInNewPromise(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    const { parent } = at;
    const isGiven = (ts.isArrowFunction(at) || ts.isFunctionExpression(at)) && parent !== undefined && ts.isNewExpression(parent);
    if (isGiven && parent.expression.getText() === 'Promise') return true;
  }
  return false;
}

/** `ok && save()`: what stands on the right is the value, or nothing happens. */
function isLastOf(kind: ts.SyntaxKind): boolean {
  return [
    ts.SyntaxKind.CommaToken,
    ts.SyntaxKind.AmpersandAmpersandToken,
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.QuestionQuestionToken,
  ].includes(kind);
}

/** A promise, or a list of such. */
function isPromise(node: ts.Expression, types: Types): boolean {
  return types.isThenable(types.of(node)) || isListOfPromises(node, types);
}

function isListOfPromises(node: ts.Expression, types: Types): boolean {
  const type = types.of(node);
  const item = types.checker.isArrayType(type) ? types.checker.getTypeArguments(type as ts.TypeReference)[0] : undefined;
  return item !== undefined && types.isThenable(item);
}

/** A function whose result has to be waited for. */
function givesPromise(argument: ts.Expression | undefined, types: Types): boolean {
  const signatures = argument === undefined ? [] : types.of(argument).getCallSignatures();
  return signatures.some((signature) => types.isThenable(signature.getReturnType()));
}
