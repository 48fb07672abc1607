import { ts } from './typescript.js';

/** What a file exports by default, as far as it consists of literals: read, not run. `undefined`: it does not. */
export function defaultExportOf(fileName: string, text: string): unknown {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true);
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement) && statement.isExportEquals !== true) return literal(statement.expression);
  }
  return undefined;
}

function literal(node: ts.Expression): unknown {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) return literal(node.expression);
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(literal);
  if (ts.isObjectLiteralExpression(node)) {
    const pairs = node.properties.flatMap((one) =>
      ts.isPropertyAssignment(one) && (ts.isIdentifier(one.name) || ts.isStringLiteralLike(one.name))
        ? [[one.name.text, literal(one.initializer)] as const]
        : [],
    );
    return Object.fromEntries(pairs);
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  return undefined;
}
