import { walk } from '../linter.js';
import { isA, isClass, keyOf, type Node, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { tasksIn } from '../tasks.js';

/** Fields of a task's object are in no journal: after a restart, and in revert, they are as they were made. */
export const fieldWritten = ruleFor('FIELD_WRITTEN', ['FIELD_WRITTEN'], function* (code) {
  for (const { name: task, class: node, methods } of tasksIn(code)) {
    const execute = node && methods.find(({ name }) => name === 'execute');
    if (execute === undefined) continue;
    const found: { readonly at: Node; readonly field: string }[] = [];
    walk(execute.body, code, (inner) => {
      // They have a `this` of their own.
      if (isA(inner, 'FunctionDeclaration', 'FunctionExpression') || isClass(inner)) return false;
      const at = changedBy(inner);
      const field = at && fieldIn(at, (key) => code.getText(key));
      if (at !== undefined && field !== undefined) found.push({ at, field });
      return true;
    });
    for (const { at, field } of found) yield { at, sentence: 'FIELD_WRITTEN', facts: { task, field } };
  }
});

/** What a node assigns to or deletes. */
function changedBy(node: Node): Node | undefined {
  if (isA(node, 'AssignmentExpression')) return node.left;
  if (isA(node, 'UpdateExpression') || (isA(node, 'UnaryExpression') && node.operator === 'delete')) return node.argument;
  return undefined;
}

/** The field of `this` in `this.a.b`. */
function fieldIn(target: Node, textOf: (node: Node) => string): string | undefined {
  const node = unwrapped(target);
  if (!isA(node, 'MemberExpression')) return undefined;
  if (!isA(node.object, 'ThisExpression')) return fieldIn(node.object, textOf);
  return keyOf(node) ?? textOf(node.property);
}
