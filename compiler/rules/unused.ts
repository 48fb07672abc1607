import { type Types, walk } from '../reading/index.js';
import { ts } from '../source/index.js';

/** Those of some variables that the code around them never reads. */
export function unusedIn(code: ts.Node, declared: readonly ts.VariableDeclaration[], types: Types): readonly ts.VariableDeclaration[] {
  const unread = new Map<ts.Symbol, ts.VariableDeclaration>();
  const texts = new Set<string>();
  for (const one of declared) {
    const symbol = types.symbolAt(one.name);
    if (symbol === undefined || !ts.isIdentifier(one.name)) continue;
    unread.set(symbol, one);
    texts.add(one.name.text);
  }
  walk(code, (node) => {
    if (!ts.isIdentifier(node) || !texts.has(node.text) || isGiven(node)) return;
    const symbol = types.variableAt(node);
    if (symbol !== undefined) unread.delete(symbol);
  });
  return [...unread.values()];
}

/** Where a variable is declared, or gets another value. */
function isGiven(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isVariableDeclaration(parent)) return parent.name === name;
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.left === name;
}
