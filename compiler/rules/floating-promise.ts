import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { short, type Types, unwrapped, walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { calledBy } from './called-code.js';
import { isCollection } from './changes.js';
import { methodsOf } from './methods.js';
import type { Rule } from './rule.js';

/** These call their function, and wait for nothing that it gives. */
const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']);

/** Work that nobody waits for goes on when the step is stored as done: after a crash nobody knows of it. */
export const floatingPromise: Rule = {
  code: 'FLOATING_PROMISE',
  severity: 'error',
  title: RULE_TITLES.FLOATING_PROMISE,
  *find({ tasks, interpreter }) {
    const said = new Set<ts.Node>();
    for (const method of tasks.flatMap(methodsOf)) {
      for (const code of [method.body, ...calledBy(method.body, interpreter)]) {
        const found: ts.Node[] = [];
        walk(code, (node) => {
          if (ts.isExpressionStatement(node) && floats(node.expression, interpreter.types)) found.push(node.expression);
        });
        // What several tasks call is said of the first.
        for (const at of found.filter((one) => !said.has(one))) {
          said.add(at);
          yield {
            at,
            message: ruleSentence('FLOATING_PROMISE', { task: method.task.name, method: method.name, call: short(at) }),
          };
        }
      }
    }
  },
};

function floats(expression: ts.Expression, types: Types): boolean {
  const node = unwrapped(expression);
  if (ts.isAwaitExpression(node) || ts.isVoidExpression(node)) return false;
  if (ts.isBinaryExpression(node)) return isLastOf(node.operatorToken.kind) && floats(node.right, types);
  if (ts.isConditionalExpression(node)) return floats(node.whenTrue, types) || floats(node.whenFalse, types);
  if (!ts.isCallExpression(node)) return isPromise(node, types);
  if (ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression: owner } = node.expression;
    // Who catches what goes wrong has thought of it.
    if (name.text === 'catch' && node.arguments.length > 0) return false;
    if (name.text === 'then' && node.arguments.length > 1) return false;
    if (name.text === 'finally') return floats(owner, types);
    if (name.text === 'forEach') return givesPromise(node.arguments[0], types) && isCollection(owner, types);
  }
  if (ts.isIdentifier(node.expression) && TIMERS.has(node.expression.text)) return givesPromise(node.arguments[0], types);
  return isPromise(node, types);
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
  const type = types.of(node);
  if (types.isThenable(type)) return true;
  const item = types.checker.isArrayType(type) ? types.checker.getTypeArguments(type as ts.TypeReference)[0] : undefined;
  return item !== undefined && types.isThenable(item);
}

/** A function whose result has to be waited for. */
function givesPromise(argument: ts.Expression | undefined, types: Types): boolean {
  const signatures = argument === undefined ? [] : types.of(argument).getCallSignatures();
  return signatures.some((signature) => types.isThenable(signature.getReturnType()));
}
