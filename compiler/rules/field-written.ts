import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { changedBy } from './changes.js';
import { methodsOf } from './methods.js';
import type { Rule } from './rule.js';

/** Fields of a task's object are in no journal: after a restart, and in revert, they are as they were made. */
export const fieldWritten: Rule = {
  code: 'FIELD_WRITTEN',
  severity: 'warning',
  title: RULE_TITLES.FIELD_WRITTEN,
  *find({ tasks }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      if (name !== 'execute' || !ts.isMethodDeclaration(node)) continue;
      const found: { readonly at: ts.Node; readonly field: string }[] = [];
      walk(body, (inner) => {
        const target = changedBy(inner);
        const field = target && fieldIn(target);
        if (target !== undefined && field !== undefined) found.push({ at: target, field });
      });
      for (const { at, field } of found) {
        yield {
          at,
          message: ruleSentence('FIELD_WRITTEN', { task: task.name, field }),
        };
      }
    }
  },
};

/** The field of `this` in `this.a.b`. */
function fieldIn(target: ts.Expression): string | undefined {
  if (!ts.isPropertyAccessExpression(target) && !ts.isElementAccessExpression(target)) return undefined;
  if (target.expression.kind !== ts.SyntaxKind.ThisKeyword) return fieldIn(target.expression);
  return ts.isPropertyAccessExpression(target) ? target.name.text : target.argumentExpression.getText();
}
