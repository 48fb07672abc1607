import { onOneLine } from '../../findings/rule-texts.js';
import { changedBy } from '../changes.js';
import { type SourceCode, variableOf, walk } from '../linter.js';
import { type ClassNode, isA, isClass, isFunction, keyOf, type Node, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { tasksIn } from '../tasks.js';

/** Methods of maps and sets; by their names others have them, too. */
const OF_COLLECTIONS = ['set', 'add', 'delete', 'clear'];

/** Fields of a task's object are in no journal: after a restart, and in revert, they are as they were made. So are those of its class. */
export const fieldWritten = ruleFor('FIELD_WRITTEN', ['FIELD_WRITTEN'], function* (code) {
  for (const { name: task, class: node, methods } of tasksIn(code)) {
    const execute = node && methods.find(({ name }) => name === 'execute');
    if (node === undefined || execute === undefined) continue;
    const found: Node[] = [];
    walk(execute.body, code, (inner) => {
      // They have a `this` of their own.
      if (isA(inner, 'FunctionDeclaration', 'FunctionExpression') || isClass(inner)) return false;
      found.push(...[...changedBy(inner), ...collectionIn(inner, node)].filter((target) => isField(target, node, code)));
      return true;
    });
    for (const at of found) yield { at, sentence: 'FIELD_WRITTEN', facts: { task, field: onOneLine(code.getText(at)) } };
  }
});

/** `this.cache` of `this.cache.set(…)`, where the class makes that field a map or set. */
function collectionIn(node: Node, owner: ClassNode): readonly Node[] {
  const callee = isA(node, 'CallExpression') ? unwrapped(node.callee) : undefined;
  if (!isA(callee, 'MemberExpression') || !OF_COLLECTIONS.includes(keyOf(callee) ?? '')) return [];
  const { object } = callee;
  if (!isA(object, 'MemberExpression') || !isA(object.object, 'ThisExpression')) return [];
  const field = owner.body.body.find((member) => isA(member, 'PropertyDefinition') && keyOf(member) === keyOf(object));
  const made = isA(field, 'PropertyDefinition') && field.value ? unwrapped(field.value) : undefined;
  const isCollection = isA(made, 'NewExpression') && isA(made.callee, 'Identifier') && ['Map', 'Set'].includes(made.callee.name);
  return isCollection ? [object] : [];
}

/** `this.a.b`, `Count.seen`, or `this` itself where that is changed. */
function isField(target: Node, owner: ClassNode, code: SourceCode): boolean {
  const node = unwrapped(target);
  if (isA(node, 'ThisExpression')) return true;
  if (isA(node, 'MemberExpression')) return isField(node.object, owner, code);
  const declared = isA(node, 'Identifier') ? variableOf(node, code)?.defs[0]?.node : undefined;
  return declared !== undefined && declared === owner && !isFunction(declared);
}
