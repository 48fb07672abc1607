import type { SourceCode } from './linter.js';
import { isA, keyOf, type Node, textOf, unwrapped } from './nodes.js';

/** Knows what in a file is an export of flowproof, whatever it is called there. */
export interface Library {
  /** `Task` for `Task`, `fp.Task` and whatever it was renamed to. */
  nameOf(expression: Node): string | undefined;
}

/** By the imports of the file: what comes through another file is unknown here. */
export function libraryOf(code: SourceCode): Library {
  const names = new Map<Node, string>();
  const namespaces = new Set<Node>();
  for (const statement of code.ast.body) {
    if (!isA(statement, 'ImportDeclaration') || statement.source.value !== 'flowproof') continue;
    for (const { defs, references } of code.getDeclaredVariables(statement)) {
      const specifier = defs[0]?.node;
      const name = isA(specifier, 'ImportSpecifier') ? importedName(specifier.imported) : undefined;
      for (const { identifier } of references) {
        if (name !== undefined) names.set(identifier, name);
        else if (isA(specifier, 'ImportNamespaceSpecifier')) namespaces.add(identifier);
      }
    }
  }
  return {
    nameOf(expression) {
      const node = unwrapped(expression);
      if (isA(node, 'MemberExpression')) return namespaces.has(node.object) ? keyOf(node) : undefined;
      return names.get(node);
    },
  };
}

function importedName(imported: Node): string | undefined {
  return isA(imported, 'Identifier') ? imported.name : textOf(imported);
}
