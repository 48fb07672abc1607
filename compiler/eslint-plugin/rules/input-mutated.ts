import { CHANGING_METHODS } from '../../findings/changing-methods.js';
import { onOneLine } from '../../findings/rule-texts.js';
import type { SourceCode, Variable } from '../linter.js';
import { type FunctionNode, isA, isInside, isWrapper, keyOf, type Node, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { tasksIn } from '../tasks.js';

/** Each call gets its own copy of its inputs: whatever it changes in them, nobody else sees. */
export const inputMutated = ruleFor('INPUT_MUTATED', ['INPUT_MUTATED'], function* (code) {
  for (const { name: task, methods } of tasksIn(code)) {
    for (const { name: method, function: node } of methods) {
      for (const { references } of inputsOf(node, code)) {
        for (const { identifier } of references) {
          const at = changedThrough(identifier);
          if (at !== undefined) yield { at, sentence: 'INPUT_MUTATED', facts: { task, method, input: onOneLine(code.getText(at)) } };
        }
      }
    }
  }
});

/** What the first parameter of a method declares, but for what gets another value: that may be a copy. */
function inputsOf(node: FunctionNode, code: SourceCode): readonly Variable[] {
  const [inputs] = node.params;
  return code.getDeclaredVariables(node).filter(({ defs, references }) => {
    const declared = defs.some(({ name }) => inputs !== undefined && isInside(name, inputs));
    return declared && !references.some((one) => one.isWrite() && one.init !== true);
  });
}

/** What is changed in a value, such as `cart.items` in `cart.items.push(1)`. */
function changedThrough(identifier: Node): Node | undefined {
  let target = identifier;
  let { parent } = target;
  while ((isA(parent, 'MemberExpression') && parent.object === target) || isWrapper(parent)) {
    target = parent;
    ({ parent } = target);
  }
  const member = unwrapped(target);
  if (!isA(member, 'MemberExpression')) return undefined;
  if (isA(parent, 'CallExpression') && parent.callee === target) {
    return CHANGING_METHODS.includes(keyOf(member) ?? '') ? member.object : undefined;
  }
  const assigned = isA(parent, 'AssignmentExpression') && parent.left === target;
  const removed = isA(parent, 'UnaryExpression') && parent.operator === 'delete';
  return assigned || removed || isA(parent, 'UpdateExpression') ? target : undefined;
}
