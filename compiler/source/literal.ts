import { UnreadableProjectError } from './tsconfigs.js';
import { ts } from './typescript.js';

/**
 * What a file exports by default: literals, and constants of the file that hold some. It is read, not run. `undefined`: it
 * exports nothing.
 *
 * @throws UnreadableProjectError for what is no literal
 */
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
  if (ts.isObjectLiteralExpression(node)) return Object.fromEntries(node.properties.map(entry));
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword) return null;
  const held = ts.isIdentifier(node) ? constantNamed(node.text, node.getSourceFile()) : undefined;
  // What is declared before it is used does not hold itself.
  if (held !== undefined && held.end < node.pos) return literal(held);
  throw unreadable(node);
}

function entry(property: ts.ObjectLiteralElementLike): readonly [string, unknown] {
  const isNamed = ts.isPropertyAssignment(property) && (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name));
  if (isNamed) return [(property.name as ts.Identifier | ts.StringLiteral).text, literal(property.initializer)];
  if (ts.isShorthandPropertyAssignment(property)) return [property.name.text, literal(property.name)];
  throw unreadable(property);
}

/** What a constant of the file holds. */
function constantNamed(name: string, file: ts.SourceFile): ts.Expression | undefined {
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Const)) continue;
    const found = statement.declarationList.declarations.find((one) => ts.isIdentifier(one.name) && one.name.text === name);
    if (found !== undefined) return found.initializer;
  }
  return undefined;
}

function unreadable(node: ts.Node): UnreadableProjectError {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
  return new UnreadableProjectError(`${file.fileName}:${line + 1}:${character + 1}: this is read, not run: write a literal here`);
}
