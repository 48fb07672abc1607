import { type Asked, type Done, OUTCOME_KINDS, onlyKindOf } from '../findings/one-sided.js';
import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { parametersOf, type Types, unwrapped } from '../reading/index.js';
import { ts } from '../source/index.js';
import { methodsOf, nameOf } from './methods.js';
import type { Rule } from './rule.js';

/** After a crash nobody knows how far execute came; a revert that looks only at results leaves behind what it did. */
export const oneSidedRevert: Rule = {
  code: 'ONE_SIDED_REVERT',
  severity: 'warning',
  title: RULE_TITLES.ONE_SIDED_REVERT,
  *find({ tasks, interpreter: { types } }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      const outcome = parametersOf(node)[1]?.name;
      if (name !== 'revert' || outcome === undefined) continue;
      const only = onlyKindOf(new Reading(outcome, types).done(body));
      if (only === undefined) continue;
      const others = OUTCOME_KINDS.filter((kind) => kind !== only).map((kind) => `'${kind}'`);
      yield {
        at: nameOf(node),
        message: ruleSentence('ONE_SIDED_REVERT', { task: task.name, kind: only, others: others.join(' or ') }),
      };
    }
  },
};

const UNKNOWN: Asked = { is: 'unknown' };
const NOTHING: Asked = { is: 'literal', value: undefined };

/** Reads what a revert does with its outcome. */
class Reading {
  readonly #types: Types;
  readonly #outcome: ts.Symbol | undefined;
  /** What patterns take out of the outcome. */
  readonly #taken = new Map<ts.Symbol, Asked>();

  constructor(outcome: ts.BindingName, types: Types) {
    this.#types = types;
    this.#outcome = ts.isIdentifier(outcome) ? types.symbolAt(outcome) : undefined;
    if (ts.isObjectBindingPattern(outcome)) this.#take(outcome);
  }

  done(body: ts.Node): readonly Done[] {
    return ts.isBlock(body) ? body.statements.flatMap((one) => this.#statement(one)) : this.#expression(body as ts.Expression);
  }

  #take(pattern: ts.ObjectBindingPattern): void {
    for (const { name, propertyName } of pattern.elements) {
      const key = (propertyName ?? name).getText();
      const symbol = ts.isIdentifier(name) ? this.#types.symbolAt(name) : undefined;
      if (symbol !== undefined) this.#taken.set(symbol, member(key));
    }
  }

  #statement(node: ts.Statement): readonly Done[] {
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap((one) => this.#declaration(one));
    if (ts.isExpressionStatement(node)) return this.#expression(node.expression);
    if (ts.isReturnStatement(node)) return [...(node.expression ? this.#expression(node.expression) : []), { is: 'leave' }];
    if (ts.isBreakStatement(node)) return [{ is: 'break' }];
    if (ts.isBlock(node)) return this.#branch(node);
    if (ts.isEmptyStatement(node) || ts.isFunctionDeclaration(node)) return [];
    if (ts.isIfStatement(node)) {
      const no = node.elseStatement === undefined ? [] : this.#branch(node.elseStatement);
      return [{ is: 'if', test: this.#asked(node.expression), yes: this.#branch(node.thenStatement), no }];
    }
    if (!ts.isSwitchStatement(node)) return [{ is: 'effect' }];
    const clauses = node.caseBlock.clauses.map((clause) => ({
      test: ts.isCaseClause(clause) ? this.#asked(clause.expression) : undefined,
      body: clause.statements.flatMap((one) => this.#statement(one)),
    }));
    return [{ is: 'switch', on: this.#asked(node.expression), clauses }];
  }

  /** Where nothing is done, and a comment says why, it was thought of. */
  #branch(node: ts.Statement): readonly Done[] {
    if (!ts.isBlock(node)) return this.#statement(node);
    if (node.statements.length === 0) return /\/[/*]/.test(node.getText()) ? [{ is: 'effect' }] : [];
    return node.statements.flatMap((one) => this.#statement(one));
  }

  #declaration({ name, initializer }: ts.VariableDeclaration): readonly Done[] {
    const declared = ts.isIdentifier(name) ? this.#types.symbolAt(name) : undefined;
    if (initializer === undefined) return declared === undefined ? [] : [{ is: 'assign', variable: declared, value: NOTHING }];
    if (ts.isObjectBindingPattern(name) && this.#isOutcome(initializer)) this.#take(name);
    return declared === undefined ? [] : [{ is: 'assign', variable: declared, value: this.#asked(initializer) }];
  }

  #expression(expression: ts.Expression): readonly Done[] {
    const node = unwrapped(expression);
    if (ts.isAwaitExpression(node) || ts.isVoidExpression(node)) return this.#expression(node.expression);
    if (ts.isConditionalExpression(node)) {
      const [yes, no] = [this.#expression(node.whenTrue), this.#expression(node.whenFalse)];
      return [{ is: 'if', test: this.#asked(node.condition), yes, no }];
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(node.left)) return this.#assignment(node.left, node.right);
      const test = this.#asked(node.left);
      const right = this.#expression(node.right);
      if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return [{ is: 'if', test, yes: right, no: [] }];
      if (kind === ts.SyntaxKind.BarBarToken) return [{ is: 'if', test, yes: [], no: right }];
    }
    // An optional call of what the outcome has not got does nothing.
    const isIdle = ts.isLiteralExpression(node) || ts.isIdentifier(node) || node.kind === ts.SyntaxKind.NullKeyword || isLog(node);
    return isIdle ? [] : [{ is: 'effect' }];
  }

  #assignment(left: ts.Identifier, right: ts.Expression): readonly Done[] {
    const variable = this.#types.symbolAt(left);
    return variable === undefined ? [{ is: 'effect' }] : [{ is: 'assign', variable, value: this.#asked(right) }];
  }

  #isOutcome(expression: ts.Expression): boolean {
    const node = unwrapped(expression);
    return ts.isIdentifier(node) && this.#outcome !== undefined && this.#types.symbolAt(node) === this.#outcome;
  }

  #asked(expression: ts.Expression): Asked {
    const node = unwrapped(expression);
    if (ts.isStringLiteralLike(node)) return { is: 'literal', value: node.text };
    if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword)
      return { is: 'literal', value: node.kind === ts.SyntaxKind.TrueKeyword };
    if (node.kind === ts.SyntaxKind.NullKeyword) return { is: 'literal', value: null };
    if (ts.isIdentifier(node)) return this.#identifier(node);
    if (ts.isPropertyAccessExpression(node)) return this.#access(node);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      return { is: 'not', of: this.#asked(node.operand) };
    if (ts.isConditionalExpression(node))
      return { is: 'choice', test: this.#asked(node.condition), yes: this.#asked(node.whenTrue), no: this.#asked(node.whenFalse) };
    return ts.isBinaryExpression(node) ? this.#binary(node) : UNKNOWN;
  }

  #identifier(node: ts.Identifier): Asked {
    if (node.text === 'undefined') return NOTHING;
    const symbol = this.#types.symbolAt(node);
    return symbol === undefined ? UNKNOWN : (this.#taken.get(symbol) ?? { is: 'variable', variable: symbol });
  }

  #access(node: ts.PropertyAccessExpression): Asked {
    if (this.#isOutcome(node.expression)) return member(node.name.text);
    // A part of what is not there is not there; of what is there nobody knows.
    const owner = this.#asked(node.expression);
    return owner.is === 'part' ? owner : UNKNOWN;
  }

  #binary({ left, right, operatorToken: { kind } }: ts.BinaryExpression): Asked {
    const [a, b] = [this.#asked(left), this.#asked(right)];
    switch (kind) {
      case ts.SyntaxKind.EqualsEqualsEqualsToken:
      case ts.SyntaxKind.EqualsEqualsToken:
        return { is: 'equal', left: a, right: b };
      case ts.SyntaxKind.ExclamationEqualsEqualsToken:
      case ts.SyntaxKind.ExclamationEqualsToken:
        return { is: 'not', of: { is: 'equal', left: a, right: b } };
      case ts.SyntaxKind.AmpersandAmpersandToken:
        return { is: 'and', left: a, right: b };
      case ts.SyntaxKind.BarBarToken:
        return { is: 'or', left: a, right: b };
      case ts.SyntaxKind.InKeyword:
        return a.is === 'literal' && typeof a.value === 'string' && this.#isOutcome(right) ? { is: 'has', name: a.value } : UNKNOWN;
      default:
        return UNKNOWN;
    }
  }
}

function member(name: string): Asked {
  if (name === 'kind') return { is: 'kind' };
  return name === 'result' || name === 'failure' ? { is: 'part', name } : UNKNOWN;
}

/** It is said, and nothing is undone. */
function isLog(node: ts.Expression): boolean {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.expression.getText() === 'console';
}
