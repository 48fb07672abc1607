import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { short, type Types, unwrapped, walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { methodsOf } from './methods.js';
import type { Rule } from './rule.js';

/** Work that nobody waits for goes on when the step is stored as done: after a crash nobody knows of it. */
export const floatingPromise: Rule = {
  code: 'FLOATING_PROMISE',
  severity: 'error',
  title: RULE_TITLES.FLOATING_PROMISE,
  *find({ tasks, machine: { types } }) {
    for (const method of tasks.flatMap(methodsOf)) {
      const found: ts.Node[] = [];
      walk(method.body, (node) => {
        if (ts.isExpressionStatement(node) && floats(node.expression, types)) found.push(node.expression);
      });
      for (const at of found) {
        yield {
          at,
          message: ruleSentence('FLOATING_PROMISE', { task: method.task.name, method: method.name, call: short(at) }),
        };
      }
    }
  },
};

function floats(expression: ts.Expression, types: Types): boolean {
  const node = unwrapped(expression);
  if (ts.isAwaitExpression(node) || ts.isVoidExpression(node)) return false;
  if (ts.isBinaryExpression(node)) return node.operatorToken.kind === ts.SyntaxKind.CommaToken && floats(node.right, types);
  if (ts.isConditionalExpression(node)) return floats(node.whenTrue, types) || floats(node.whenFalse, types);
  if (!ts.isCallExpression(node)) return types.isThenable(types.of(node));
  if (ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression: owner } = node.expression;
    // Who catches what goes wrong has thought of it.
    if (name.text === 'catch' && node.arguments.length > 0) return false;
    if (name.text === 'then' && node.arguments.length > 1) return false;
    if (name.text === 'finally') return floats(owner, types);
    if (name.text === 'forEach') return isAsync(node.arguments[0]) && types.checker.isArrayLikeType(types.of(owner));
  }
  return types.isThenable(types.of(node));
}

function isAsync(argument: ts.Expression | undefined): boolean {
  const node = argument && unwrapped(argument);
  if (node === undefined || !(ts.isArrowFunction(node) || ts.isFunctionExpression(node))) return false;
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
}
