import { type Done, LOOKING } from '../findings/one-sided.js';
import { type ProjectReading, parametersOf, unwrapped } from '../reading/index.js';
import { ts } from '../source/index.js';
import { type CalledFunction, functionCalled } from './called-code.js';
import { isNothing } from './idle.js';
import { OutcomeReading } from './outcome-reading.js';

/** Functions that a revert hands its outcome to, in each other. */
const DEEPEST = 3;

/** Reads what a revert does with its outcome, itself or by functions of the project that it hands it to. */
export class RevertReading {
  readonly #interpreter: ProjectReading['interpreter'];
  readonly #outcome: OutcomeReading;
  /** Functions that are being read. */
  readonly #inside: CalledFunction[] = [];

  constructor(outcome: ts.BindingName, interpreter: ProjectReading['interpreter']) {
    this.#interpreter = interpreter;
    this.#outcome = new OutcomeReading(interpreter.types);
    this.#outcome.add(outcome);
  }

  done(body: ts.Node): readonly Done[] {
    return ts.isBlock(body) ? body.statements.flatMap((one) => this.#statement(one)) : this.#expression(body as ts.Expression);
  }

  #statement(node: ts.Statement): readonly Done[] {
    const outcome = this.#outcome;
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap((one) => this.#declaration(one));
    if (ts.isExpressionStatement(node)) return this.#expression(node.expression);
    if (ts.isReturnStatement(node)) return [...(node.expression ? this.#expression(node.expression) : []), { is: 'leave' }];
    if (ts.isBreakStatement(node)) return [{ is: 'break' }];
    if (ts.isBlock(node)) return this.#branch(node);
    if (ts.isEmptyStatement(node) || ts.isFunctionDeclaration(node)) return [];
    if (ts.isIfStatement(node)) {
      const no = node.elseStatement === undefined ? [] : this.#branch(node.elseStatement);
      return [{ is: 'if', test: outcome.asked(node.expression), yes: this.#branch(node.thenStatement), no }];
    }
    if (ts.isForOfStatement(node))
      return [{ is: 'if', test: { is: 'filled', list: outcome.asked(node.expression) }, yes: this.#turn(node.statement), no: [] }];
    if (ts.isTryStatement(node)) return this.#attempt(node);
    if (!ts.isSwitchStatement(node)) return [{ is: 'effect' }];
    const clauses = node.caseBlock.clauses.map((clause) => ({
      test: ts.isCaseClause(clause) ? outcome.asked(clause.expression) : undefined,
      body: clause.statements.flatMap((one) => this.#statement(one)),
    }));
    return [{ is: 'switch', on: outcome.asked(node.expression), clauses }];
  }

  /** Where nothing is done, and a comment says why, it was thought of. */
  #branch(node: ts.Statement): readonly Done[] {
    if (!ts.isBlock(node)) return this.#statement(node);
    if (node.statements.length === 0) return /\/[/*]/.test(node.getText()) ? [{ is: 'effect' }] : [];
    return node.statements.flatMap((one) => this.#statement(one));
  }

  /** What ends a turn of a loop ends no more than that. */
  #turn(node: ts.Statement): readonly Done[] {
    const body = this.#branch(node);
    return body.some(({ is }) => is === 'break') ? [{ is: 'call', body }] : body;
  }

  /** What is done at the end is done in any case; what is caught, only if something was tried. */
  #attempt({ tryBlock, catchClause, finallyBlock }: ts.TryStatement): readonly Done[] {
    const last = finallyBlock === undefined ? [] : this.#branch(finallyBlock);
    const caught = catchClause === undefined ? [] : this.#branch(catchClause.block);
    return [...last, { is: 'if', test: { is: 'unknown' }, yes: caught, no: [] }, ...this.#branch(tryBlock)];
  }

  #declaration({ name, initializer }: ts.VariableDeclaration): readonly Done[] {
    const given = this.#outcome.given(name, initializer);
    return initializer === undefined ? given : [...this.#waitedFor(initializer), ...given];
  }

  /** What gives a value may do something for it: nothing that only looks, by its name. */
  #waitedFor(initializer: ts.Expression): readonly Done[] {
    const node = unwrapped(initializer);
    if (ts.isConditionalExpression(node)) {
      const [yes, no] = [this.#waitedFor(node.whenTrue), this.#waitedFor(node.whenFalse)];
      return [{ is: 'if', test: this.#outcome.asked(node.condition), yes, no }];
    }
    return ts.isAwaitExpression(node) && !LOOKING.test(calledName(node.expression)) ? this.#expression(node) : [];
  }

  #expression(expression: ts.Expression): readonly Done[] {
    const node = unwrapped(expression);
    const outcome = this.#outcome;
    if (ts.isAwaitExpression(node) || ts.isVoidExpression(node)) return this.#expression(node.expression);
    if (ts.isConditionalExpression(node)) {
      const [yes, no] = [this.#expression(node.whenTrue), this.#expression(node.whenFalse)];
      return [{ is: 'if', test: outcome.asked(node.condition), yes, no }];
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(node.left)) return outcome.given(node.left, node.right);
      const test = outcome.asked(node.left);
      const right = this.#expression(node.right);
      if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return [{ is: 'if', test, yes: right, no: [] }];
      if (kind === ts.SyntaxKind.BarBarToken) return [{ is: 'if', test, yes: [], no: right }];
    }
    // An optional call of what the outcome has not got does nothing.
    const isIdle = ts.isLiteralExpression(node) || ts.isIdentifier(node) || isNothing(node) || isLog(node);
    if (isIdle) return [];
    return (ts.isCallExpression(node) ? this.#call(node) : undefined) ?? [{ is: 'effect' }];
  }

  /** A function that is handed the outcome, or what is known of it; `undefined` for any other. */
  #call(node: ts.CallExpression): readonly Done[] | undefined {
    const called = functionCalled(node, this.#interpreter);
    const isKnown = node.arguments.some((one) => this.#outcome.isAbout(one));
    if (called === undefined || !isKnown || this.#inside.includes(called) || this.#inside.length === DEEPEST) return undefined;
    this.#inside.push(called);
    try {
      const given = parametersOf(called).flatMap(({ name }, index) => this.#outcome.given(name, node.arguments[index]));
      return [...given, { is: 'call', body: this.done(called.body) }];
    } finally {
      this.#inside.pop();
    }
  }
}

function calledName(expression: ts.Expression): string {
  const node = unwrapped(expression);
  const callee = ts.isCallExpression(node) ? unwrapped(node.expression) : undefined;
  if (callee === undefined) return '';
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
}

/** It is said, and nothing is undone. */
function isLog(node: ts.Expression): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression: owner, name } = node.expression;
  const last = ts.isPropertyAccessExpression(owner) ? owner.name : owner;
  if (!ts.isIdentifier(last) && !ts.isPrivateIdentifier(last)) return false;
  return last.text === 'console' || (/^#?log(ger)?$/i.test(last.text) && /^(trace|debug|verbose|info|log|warn|error)$/.test(name.text));
}
