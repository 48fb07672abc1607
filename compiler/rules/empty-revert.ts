import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { unwrapped } from '../reading/index.js';
import { ts } from '../source/index.js';
import { methodsOf, nameOf } from './methods.js';
import type { Rule } from './rule.js';

/** A task with a revert counts as one that can be undone. A comment in it says that nothing has to be. */
export const emptyRevert: Rule = {
  code: 'EMPTY_REVERT',
  severity: 'warning',
  title: RULE_TITLES.EMPTY_REVERT,
  *find({ tasks }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      if (name !== 'revert' || !(ts.isBlock(body) ? body.statements.every(isIdle) : isNothing(body as ts.Expression))) continue;
      if (/\/[/*]/.test(body.getFullText())) continue;
      yield {
        at: nameOf(node),
        message: ruleSentence('EMPTY_REVERT', { task: task.name }),
      };
    }
  },
};

function isIdle(statement: ts.Statement): boolean {
  if (ts.isEmptyStatement(statement)) return true;
  return ts.isReturnStatement(statement) && (statement.expression === undefined || isNothing(statement.expression));
}

/** `undefined`, `null`, `void 0`, and a promise of these. */
function isNothing(expression: ts.Expression): boolean {
  const node = unwrapped(expression);
  if (ts.isIdentifier(node)) return node.text === 'undefined';
  if (node.kind === ts.SyntaxKind.NullKeyword) return true;
  if (ts.isVoidExpression(node)) return ts.isNumericLiteral(node.expression);
  return ts.isCallExpression(node) && node.expression.getText() === 'Promise.resolve' && node.arguments.every(isNothing);
}
