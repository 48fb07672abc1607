import { type Asked, type Done, LOOKING, OUTCOME_KINDS, onlyKindOf } from '../../findings/one-sided.js';
import { type SourceCode, type Variable, variableOf } from '../linter.js';
import { isA, keyOf, type Node, type NodeOf, parametersOf, textOf, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { tasksIn } from '../tasks.js';

/** After a crash it is unknown how far execute came; a revert that looks only at results leaves behind what it did. */
export const oneSidedRevert = ruleFor('ONE_SIDED_REVERT', ['ONE_SIDED_REVERT'], function* (code) {
  for (const { name: task, methods } of tasksIn(code)) {
    for (const { name, function: node, body, at } of methods) {
      const outcome = parametersOf(node)[1];
      if (name !== 'revert' || outcome === undefined) continue;
      const kind = onlyKindOf(new Reading(outcome, code).done(body));
      if (kind === undefined) continue;
      const others = OUTCOME_KINDS.filter((other) => other !== kind).map((other) => `'${other}'`);
      yield { at, sentence: 'ONE_SIDED_REVERT', facts: { task, kind, others: others.join(' or ') } };
    }
  }
});

const UNKNOWN: Asked = { is: 'unknown' };
const NOTHING: Asked = { is: 'literal', value: undefined };

/** Reads what a revert does with its outcome. */
class Reading {
  readonly #code: SourceCode;
  /** The parameter, where it has a name. */
  readonly #outcome: Node | undefined;
  /** What patterns take out of the outcome. */
  readonly #taken = new Map<Variable, Asked>();

  constructor(outcome: Node, code: SourceCode) {
    this.#code = code;
    this.#outcome = isA(outcome, 'Identifier') ? outcome : undefined;
    if (isA(outcome, 'ObjectPattern')) this.#take(outcome);
  }

  done(body: Node): readonly Done[] {
    return isA(body, 'BlockStatement') ? body.body.flatMap((one) => this.#statement(one)) : this.#expression(body);
  }

  #take({ properties }: NodeOf<'ObjectPattern'>): void {
    for (const property of properties) {
      if (!isA(property, 'Property') || !isA(property.value, 'Identifier')) continue;
      const variable = variableOf(property.value, this.#code);
      if (variable !== undefined) this.#taken.set(variable, member(keyOf(property) ?? ''));
    }
  }

  #statement(node: Node): readonly Done[] {
    if (isA(node, 'VariableDeclaration')) return node.declarations.flatMap((one) => this.#declaration(one));
    if (isA(node, 'ExpressionStatement')) return this.#expression(node.expression);
    if (isA(node, 'ReturnStatement')) return [...(node.argument ? this.#expression(node.argument) : []), { is: 'leave' }];
    if (isA(node, 'BreakStatement')) return [{ is: 'break' }];
    if (isA(node, 'BlockStatement')) return this.#branch(node);
    if (isA(node, 'EmptyStatement', 'FunctionDeclaration')) return [];
    if (isA(node, 'IfStatement')) {
      const no = node.alternate ? this.#branch(node.alternate) : [];
      return [{ is: 'if', test: this.#asked(node.test), yes: this.#branch(node.consequent), no }];
    }
    if (!isA(node, 'SwitchStatement')) return [{ is: 'effect' }];
    const clauses = node.cases.map(({ test, consequent }) => ({
      test: test ? this.#asked(test) : undefined,
      body: consequent.flatMap((one) => this.#statement(one)),
    }));
    return [{ is: 'switch', on: this.#asked(node.discriminant), clauses }];
  }

  /** Where nothing is done, and a comment says why, it was thought of. */
  #branch(node: Node): readonly Done[] {
    if (!isA(node, 'BlockStatement')) return this.#statement(node);
    if (node.body.length === 0) return this.#code.getCommentsInside(node).length > 0 ? [{ is: 'effect' }] : [];
    return node.body.flatMap((one) => this.#statement(one));
  }

  #declaration({ id, init }: NodeOf<'VariableDeclarator'>): readonly Done[] {
    if (init && isA(id, 'ObjectPattern') && this.#isOutcome(init)) this.#take(id);
    const variable = isA(id, 'Identifier') ? variableOf(id, this.#code) : undefined;
    const waited = init ? this.#waitedFor(init) : [];
    return variable === undefined ? waited : [...waited, { is: 'assign', variable, value: init ? this.#asked(init) : NOTHING }];
  }

  /** What gives a value may do something for it: nothing that only looks, by its name. */
  #waitedFor(init: Node): readonly Done[] {
    const node = unwrapped(init);
    if (isA(node, 'ConditionalExpression')) {
      const [yes, no] = [this.#waitedFor(node.consequent), this.#waitedFor(node.alternate)];
      return [{ is: 'if', test: this.#asked(node.test), yes, no }];
    }
    return isA(node, 'AwaitExpression') && !LOOKING.test(calledName(node.argument)) ? this.#expression(node) : [];
  }

  #expression(expression: Node): readonly Done[] {
    const node = unwrapped(expression);
    if (isA(node, 'AwaitExpression') || (isA(node, 'UnaryExpression') && node.operator === 'void')) return this.#expression(node.argument);
    if (isA(node, 'ConditionalExpression')) {
      const [yes, no] = [this.#expression(node.consequent), this.#expression(node.alternate)];
      return [{ is: 'if', test: this.#asked(node.test), yes, no }];
    }
    if (isA(node, 'LogicalExpression') && node.operator !== '??') {
      const [test, right] = [this.#asked(node.left), this.#expression(node.right)];
      return [node.operator === '&&' ? { is: 'if', test, yes: right, no: [] } : { is: 'if', test, yes: [], no: right }];
    }
    if (isA(node, 'AssignmentExpression') && node.operator === '=' && isA(node.left, 'Identifier')) {
      const variable = variableOf(node.left, this.#code);
      return variable === undefined ? [{ is: 'effect' }] : [{ is: 'assign', variable, value: this.#asked(node.right) }];
    }
    return isA(node, 'Literal', 'Identifier') || isLog(node) ? [] : [{ is: 'effect' }];
  }

  #isOutcome(expression: Node): boolean {
    const node = unwrapped(expression);
    return isA(node, 'Identifier') && this.#outcome !== undefined && variableOf(node, this.#code)?.defs[0]?.name === this.#outcome;
  }

  #asked(expression: Node): Asked {
    const node = unwrapped(expression);
    if (isA(node, 'Literal')) return isPlain(node.value) ? { is: 'literal', value: node.value } : UNKNOWN;
    if (isA(node, 'TemplateLiteral')) return { is: 'literal', value: textOf(node) };
    if (isA(node, 'Identifier')) {
      if (node.name === 'undefined') return NOTHING;
      const variable = variableOf(node, this.#code);
      return variable === undefined ? UNKNOWN : (this.#taken.get(variable) ?? { is: 'variable', variable });
    }
    if (isA(node, 'MemberExpression')) {
      if (this.#isOutcome(node.object)) return member(keyOf(node) ?? '');
      // A part of what is not there is not there; of what is there it is unknown.
      const owner = this.#asked(node.object);
      return owner.is === 'part' ? owner : UNKNOWN;
    }
    if (isA(node, 'UnaryExpression') && node.operator === '!') return { is: 'not', of: this.#asked(node.argument) };
    if (isA(node, 'ConditionalExpression'))
      return { is: 'choice', test: this.#asked(node.test), yes: this.#asked(node.consequent), no: this.#asked(node.alternate) };
    return isA(node, 'BinaryExpression', 'LogicalExpression') ? this.#binary(node) : UNKNOWN;
  }

  #binary({ left, right, operator }: NodeOf<'BinaryExpression' | 'LogicalExpression'>): Asked {
    const [a, b] = [this.#asked(left), this.#asked(right)];
    switch (operator) {
      case '===':
      case '==':
        return { is: 'equal', left: a, right: b };
      case '!==':
      case '!=':
        return { is: 'not', of: { is: 'equal', left: a, right: b } };
      case '&&':
        return { is: 'and', left: a, right: b };
      case '||':
        return { is: 'or', left: a, right: b };
      case 'in':
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

function isPlain(value: unknown): value is string | boolean | null {
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function calledName(expression: Node): string {
  const node = unwrapped(expression);
  const callee = isA(node, 'CallExpression') ? unwrapped(node.callee) : undefined;
  if (isA(callee, 'MemberExpression')) return keyOf(callee) ?? '';
  return isA(callee, 'Identifier') ? callee.name : '';
}

/** It is said, and nothing is undone. */
function isLog(node: Node): boolean {
  const callee = isA(node, 'CallExpression') ? unwrapped(node.callee) : undefined;
  return isA(callee, 'MemberExpression') && isA(callee.object, 'Identifier') && callee.object.name === 'console';
}
