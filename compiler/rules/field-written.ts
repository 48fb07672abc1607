import { onOneLine, RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { type TaskReading, type Types, unwrapped, walkOwn } from '../reading/index.js';
import { ts } from '../source/index.js';
import { changedBy } from './changes.js';
import { methodsOf } from './methods.js';
import type { Rule } from './rule.js';

/** Fields of a task's object are in no journal: after a restart, and in revert, they are as they were made. So are those of its class. */
export const fieldWritten: Rule = {
  code: 'FIELD_WRITTEN',
  severity: 'warning',
  title: RULE_TITLES.FIELD_WRITTEN,
  *find({ tasks, interpreter: { types } }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      // The `this` of an arrow in `defineTask` is none of a task.
      if (name !== 'execute' || !(ts.isMethodDeclaration(node) || ts.isClassLike(task.node))) continue;
      const found: ts.Expression[] = [];
      walkOwn(body, (inner) => {
        found.push(...changedBy(inner, types).filter((target) => isField(target, task, types)));
      });
      for (const at of found) yield { at, message: ruleSentence('FIELD_WRITTEN', { task: task.name, field: onOneLine(at.getText()) }) };
    }
  },
};

/** `this.a.b`, `Count.seen`, or `this` itself where that is changed. */
function isField(target: ts.Expression, task: TaskReading, types: Types): boolean {
  const node = unwrapped(target);
  if (node.kind === ts.SyntaxKind.ThisKeyword) return true;
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return isField(node.expression, task, types);
  const declaration = ts.isIdentifier(node) ? types.symbolAt(node)?.valueDeclaration : undefined;
  return declaration !== undefined && declaration === task.node;
}
