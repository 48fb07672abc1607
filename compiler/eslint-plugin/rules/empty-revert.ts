import type { SourceCode } from '../linter.js';
import { isA, keyOf, type Node, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { tasksIn } from '../tasks.js';

/** A task with a revert counts as one that can be undone. A comment in it says that nothing has to be. */
export const emptyRevert = ruleFor('EMPTY_REVERT', ['EMPTY_REVERT'], function* (code) {
  for (const { name: task, methods } of tasksIn(code)) {
    for (const { name, body, at } of methods)
      if (name === 'revert' && isEmpty(body, code)) yield { at, sentence: 'EMPTY_REVERT', facts: { task } };
  }
});

function isEmpty(body: Node, code: SourceCode): boolean {
  if (!isA(body, 'BlockStatement')) return isNothing(body);
  return body.body.every(isIdle) && code.getCommentsInside(body).length === 0;
}

function isIdle(statement: Node): boolean {
  if (isA(statement, 'EmptyStatement')) return true;
  return isA(statement, 'ReturnStatement') && (!statement.argument || isNothing(statement.argument));
}

/** `undefined`, `null`, `void 0`, and a promise of these. */
function isNothing(expression: Node): boolean {
  const node = unwrapped(expression);
  if (isA(node, 'Identifier')) return node.name === 'undefined';
  if (isA(node, 'Literal')) return node.value === null;
  if (isA(node, 'UnaryExpression')) return node.operator === 'void' && isA(node.argument, 'Literal');
  if (!isA(node, 'CallExpression') || !isA(node.callee, 'MemberExpression')) return false;
  const { object } = node.callee;
  return isA(object, 'Identifier') && object.name === 'Promise' && keyOf(node.callee) === 'resolve' && node.arguments.every(isNothing);
}
