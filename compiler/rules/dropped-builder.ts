import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { Rule } from './rule.js';

/** Builders are values: what a call gives is the new builder, the old one stays as it was. */
export const droppedBuilder: Rule = {
  code: 'BUILDER_DROPPED',
  severity: 'warning',
  title: RULE_TITLES.BUILDER_DROPPED,
  *find({ project: { files, checker }, machine: { types } }) {
    for (const file of files) {
      const dropped: ts.Expression[] = [];
      const kept = new Map<ts.Symbol, ts.Identifier>();
      const used = new Set<ts.Symbol>();
      walk(file, (node) => {
        if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression) && types.isBuilder(types.of(node.expression)))
          dropped.push(node.expression);
        else if (ts.isIdentifier(node)) {
          const symbol = ts.isShorthandPropertyAssignment(node.parent)
            ? checker.getShorthandAssignmentValueSymbol(node.parent)
            : checker.getSymbolAtLocation(node);
          if (symbol === undefined) return;
          const { parent } = node;
          if (ts.isVariableDeclaration(parent) && parent.name === node) {
            if (!isExported(parent) && types.isBuilder(types.of(node))) kept.set(symbol, node);
          } else used.add(symbol);
        }
      });
      for (const at of dropped) yield { at, message: ruleSentence('BUILDER_DROPPED') };
      for (const [symbol, at] of kept) if (!used.has(symbol)) yield { at, message: ruleSentence('BUILDER_UNBUILT', { builder: at.text }) };
    }
  },
};

function isExported(declaration: ts.VariableDeclaration): boolean {
  const statement = declaration.parent.parent;
  return ts.isVariableStatement(statement) && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}
