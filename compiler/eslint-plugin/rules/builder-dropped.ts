import { type Library, libraryOf } from '../library.js';
import { type SourceCode, variableOf, walk } from '../linter.js';
import { isA, keyOf, type Node, unwrapped } from '../nodes.js';
import { type Found, ruleFor } from '../rule.js';

const BEGINNINGS = ['linear', 'unordered', 'graph'];

/** Builders are values: what a call gives is the new builder, the old one stays as it was. */
export const builderDropped = ruleFor('BUILDER_DROPPED', ['BUILDER_DROPPED', 'BUILDER_UNBUILT'], (code) => {
  const library = libraryOf(code);
  const found: Found[] = [];
  walk(code.ast, code, (node) => {
    if (isA(node, 'ExpressionStatement')) {
      const at = unwrapped(node.expression);
      if (isA(at, 'CallExpression') && isBuilder(at, library, code)) found.push({ at, sentence: 'BUILDER_DROPPED' });
    } else if (isA(node, 'VariableDeclarator') && isA(node.id, 'Identifier') && node.init && isBuilder(node.init, library, code)) {
      const { id } = node;
      const [variable] = code.getDeclaredVariables(node);
      const used = variable === undefined || variable.references.some(({ init }) => init !== true);
      if (!used && node.parent?.parent?.type !== 'ExportNamedDeclaration') {
        found.push({ at: id, sentence: 'BUILDER_UNBUILT', facts: { builder: id.name } });
      }
    }
    return true;
  });
  return found;
});

/** Whether an expression is a flow that is being built: begun here, and not built yet. */
function isBuilder(expression: Node, library: Library, code: SourceCode): boolean {
  const node = unwrapped(expression);
  if (isA(node, 'Identifier')) {
    const declared = variableOf(node, code)?.defs[0]?.node;
    return (
      isA(declared, 'VariableDeclarator') && isA(declared.id, 'Identifier') && !!declared.init && isBuilder(declared.init, library, code)
    );
  }
  if (!isA(node, 'CallExpression')) return false;
  if (isBeginning(node.callee, library)) return true;
  const callee = unwrapped(node.callee);
  return isA(callee, 'MemberExpression') && keyOf(callee) !== 'build' && isBuilder(callee.object, library, code);
}

/** `linear`, `linear.open`, `fp.linear.dynamic`. */
function isBeginning(callee: Node, library: Library): boolean {
  if (BEGINNINGS.includes(library.nameOf(callee) ?? '')) return true;
  const member = unwrapped(callee);
  return isA(member, 'MemberExpression') && ['open', 'dynamic'].includes(keyOf(member) ?? '') && isBeginning(member.object, library);
}
