import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { Rule } from './rule.js';

/** Builders are values: what a call gives is the new builder, the old one stays as it was. */
export const droppedBuilder: Rule = {
  code: 'BUILDER_DROPPED',
  severity: 'warning',
  title: RULE_TITLES.BUILDER_DROPPED,
  *find({ project: { flowFiles: files, checker }, interpreter: { types } }) {
    for (const file of files) {
      const kept = new Map<string, ts.Identifier[]>();
      const dropped: ts.Expression[] = [];
      walk(file, (node) => {
        if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) dropped.push(node.expression);
        if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && !isExported(node))
          kept.set(node.name.text, [...(kept.get(node.name.text) ?? []), node.name]);
      });
      for (const at of dropped) if (types.isBuilder(types.of(at))) yield { at, message: ruleSentence('BUILDER_DROPPED') };
      // Types are asked last, and only of what is not used: those of builders take long to compute.
      const used = usedIn(file, kept, checker);
      for (const at of [...kept.values()].flat()) {
        const symbol = checker.getSymbolAtLocation(at);
        if (symbol !== undefined && !used.has(symbol) && types.isBuilder(types.of(at)))
          yield { at, message: ruleSentence('BUILDER_UNBUILT', { builder: at.text }) };
      }
    }
  },
};

/** Variables with these names that are read somewhere. */
function usedIn(file: ts.SourceFile, names: ReadonlyMap<string, unknown>, checker: ts.TypeChecker): ReadonlySet<ts.Symbol> {
  const used = new Set<ts.Symbol>();
  walk(file, (node) => {
    if (!ts.isIdentifier(node) || !names.has(node.text)) return;
    const { parent } = node;
    const isName =
      (ts.isVariableDeclaration(parent) && parent.name === node) || (ts.isPropertyAccessExpression(parent) && parent.name === node);
    const symbol = isName ? undefined : readBy(node, checker);
    if (symbol !== undefined) used.add(symbol);
  });
  return used;
}

function readBy(node: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  if (ts.isShorthandPropertyAssignment(node.parent)) return checker.getShorthandAssignmentValueSymbol(node.parent);
  if (ts.isExportSpecifier(node.parent)) return checker.getExportSpecifierLocalTargetSymbol(node.parent);
  return checker.getSymbolAtLocation(node);
}

function isExported(declaration: ts.VariableDeclaration): boolean {
  const statement = declaration.parent.parent;
  return ts.isVariableStatement(statement) && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}
