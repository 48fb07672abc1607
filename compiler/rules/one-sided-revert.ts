import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { methodsOf, nameOf } from './methods.js';
import type { Rule } from './rule.js';

/** After a crash nobody knows how far execute came; a revert that looks only at results leaves behind what it did. */
export const oneSidedRevert: Rule = {
  code: 'ONE_SIDED_REVERT',
  severity: 'warning',
  title: RULE_TITLES.ONE_SIDED_REVERT,
  *find({ tasks, machine: { types } }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      const outcome = node.parameters[1]?.name;
      if (name !== 'revert' || outcome === undefined || !ts.isIdentifier(outcome) || !ts.isBlock(body)) continue;
      const symbol = types.checker.getSymbolAtLocation(outcome);
      const isKind = (at: ts.Node): boolean =>
        ts.isPropertyAccessExpression(at) &&
        at.name.text === 'kind' &&
        ts.isIdentifier(at.expression) &&
        types.checker.getSymbolAtLocation(at.expression) === symbol;
      const only = onlyKind(body, isKind);
      if (only === undefined) continue;
      const others = ['result', 'failure', 'interrupted'].filter((kind) => kind !== only).map((kind) => `'${kind}'`);
      yield {
        at: nameOf(node),
        message: ruleSentence('ONE_SIDED_REVERT', { task: task.name, kind: only, others: others.join(' or ') }),
      };
    }
  },
};

/** The one kind that a body does something for; `undefined` when it does something for others, or always. */
function onlyKind(body: ts.Block, isKind: (node: ts.Node) => boolean): string | undefined {
  const statements = body.statements.filter((one) => !ts.isVariableStatement(one) || mentions(one, isKind));
  const [first, ...rest] = statements;
  if (first === undefined) return undefined;
  if (ts.isIfStatement(first)) {
    const { kind, equal } = comparison(first.expression, isKind);
    if (kind === undefined || first.elseStatement !== undefined) return undefined;
    if (equal) return rest.length === 0 ? kind : undefined;
    return leaves(first.thenStatement) && rest.length > 0 ? kind : undefined;
  }
  if (rest.length > 0 || !ts.isSwitchStatement(first) || !isKind(first.expression)) return undefined;
  const { clauses } = first.caseBlock;
  const [only, ...more] = clauses.filter(
    (clause, index) => !idle(clause) || (clause.statements.length === 0 && index < clauses.length - 1),
  );
  return only !== undefined && more.length === 0 && ts.isCaseClause(only) && ts.isStringLiteral(only.expression)
    ? only.expression.text
    : undefined;
}

function comparison(node: ts.Expression, isKind: (node: ts.Node) => boolean): { kind?: string; equal: boolean } {
  if (!ts.isBinaryExpression(node) || !isKind(node.left) || !ts.isStringLiteral(node.right)) return { equal: false };
  const { kind } = node.operatorToken;
  if (kind === ts.SyntaxKind.EqualsEqualsEqualsToken) return { kind: node.right.text, equal: true };
  return kind === ts.SyntaxKind.ExclamationEqualsEqualsToken ? { kind: node.right.text, equal: false } : { equal: false };
}

function leaves(node: ts.Statement): boolean {
  if (ts.isReturnStatement(node)) return node.expression === undefined;
  return ts.isBlock(node) && node.statements.length === 1 && node.statements.every(leaves);
}

/** A clause that only leaves the switch. */
function idle({ statements }: ts.CaseOrDefaultClause): boolean {
  return statements.every((one) => ts.isBreakStatement(one) || leaves(one));
}

function mentions(node: ts.Node, isKind: (node: ts.Node) => boolean): boolean {
  let found = false;
  walk(node, (inner) => {
    found ||= isKind(inner);
  });
  return found;
}
