import { type Asked, type Done, EMPTY_LIST } from '../findings/one-sided.js';
import { type Types, unwrapped } from '../reading/index.js';
import { ts } from '../source/index.js';

const UNKNOWN: Asked = { is: 'unknown' };
const NOTHING: Asked = { is: 'literal', value: undefined };

/** Reads what is asked of the outcome of a revert, by whatever names it has. */
export class OutcomeReading {
  readonly #types: Types;
  readonly #outcomes = new Set<ts.Symbol>();
  /** What patterns take out of the outcome. */
  readonly #taken = new Map<ts.Symbol, Asked>();

  constructor(types: Types) {
    this.#types = types;
  }

  /** The outcome has this name, or these for its parts. */
  add(name: ts.BindingName): void {
    if (ts.isIdentifier(name)) {
      const symbol = this.#types.symbolAt(name);
      if (symbol !== undefined) this.#outcomes.add(symbol);
    }
    if (!ts.isObjectBindingPattern(name)) return;
    for (const { name: part, propertyName } of name.elements) {
      const symbol = ts.isIdentifier(part) ? this.#types.symbolAt(part) : undefined;
      if (symbol !== undefined) this.#taken.set(symbol, member((propertyName ?? part).getText()));
    }
  }

  /** A variable, or what a pattern names, is given a value; `undefined`: nothing. */
  given(name: ts.BindingName | ts.Identifier, value: ts.Expression | undefined): readonly Done[] {
    if (value !== undefined && this.#isOutcome(value)) {
      this.add(name);
      return [];
    }
    const variable = ts.isIdentifier(name) ? this.#types.symbolAt(name) : undefined;
    return variable === undefined ? [] : [{ is: 'assign', variable, value: value === undefined ? NOTHING : this.asked(value) }];
  }

  /** Whether anything is known of a value for each kind of outcome. */
  isAbout(value: ts.Expression): boolean {
    return this.#isOutcome(value) || ['kind', 'has', 'part', 'equal', 'not'].includes(this.asked(value).is);
  }

  #isOutcome(expression: ts.Expression): boolean {
    const node = unwrapped(expression);
    const symbol = ts.isIdentifier(node) ? this.#types.symbolAt(node) : undefined;
    return symbol !== undefined && this.#outcomes.has(symbol);
  }

  asked(expression: ts.Expression): Asked {
    const node = unwrapped(expression);
    if (ts.isStringLiteralLike(node)) return { is: 'literal', value: node.text };
    if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword)
      return { is: 'literal', value: node.kind === ts.SyntaxKind.TrueKeyword };
    if (node.kind === ts.SyntaxKind.NullKeyword) return { is: 'literal', value: null };
    if (ts.isArrayLiteralExpression(node)) return node.elements.length === 0 ? { is: 'literal', value: EMPTY_LIST } : UNKNOWN;
    if (ts.isIdentifier(node)) return this.#identifier(node);
    if (ts.isPropertyAccessExpression(node)) return this.#access(node, node.name.text);
    if (ts.isElementAccessExpression(node))
      return ts.isStringLiteralLike(node.argumentExpression) ? this.#access(node, node.argumentExpression.text) : UNKNOWN;
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      return { is: 'not', of: this.asked(node.operand) };
    if (ts.isConditionalExpression(node))
      return { is: 'choice', test: this.asked(node.condition), yes: this.asked(node.whenTrue), no: this.asked(node.whenFalse) };
    if (ts.isCallExpression(node)) return this.#call(node);
    return ts.isBinaryExpression(node) ? this.#binary(node) : UNKNOWN;
  }

  #identifier(node: ts.Identifier): Asked {
    if (node.text === 'undefined') return NOTHING;
    const symbol = this.#types.symbolAt(node);
    if (symbol === undefined) return UNKNOWN;
    const taken = this.#taken.get(symbol);
    return taken ?? this.#constant(symbol) ?? { is: 'variable', variable: symbol };
  }

  /** `const RESULT = 'result'`, here or elsewhere. */
  #constant(symbol: ts.Symbol): Asked | undefined {
    const { checker } = this.#types;
    const resolved = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = resolved.valueDeclaration;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined;
    if (!(ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const)) return undefined;
    const initial = unwrapped(declaration.initializer);
    return ts.isStringLiteralLike(initial) ? { is: 'literal', value: initial.text } : undefined;
  }

  #access(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, key: string): Asked {
    if (this.#isOutcome(node.expression)) return member(key);
    // A part of what is not there is not there; of what is there it is unknown.
    const owner = this.asked(node.expression);
    if (owner.is === 'part') return owner;
    const literal = owner.is === 'unknown' || owner.is === 'variable' ? this.#types.literal(this.#types.of(node))?.value : undefined;
    return typeof literal === 'string' ? { is: 'literal', value: literal } : UNKNOWN;
  }

  /** `Object.hasOwn(outcome, 'result')` and `['result'].includes(outcome.kind)`. */
  #call({ expression, arguments: [first, second] }: ts.CallExpression): Asked {
    if (!ts.isPropertyAccessExpression(expression) || first === undefined) return UNKNOWN;
    const { expression: owner, name } = expression;
    if (name.text === 'hasOwn' && owner.getText() === 'Object' && second !== undefined)
      return this.#isOutcome(first) && ts.isStringLiteralLike(second) ? { is: 'has', name: second.text } : UNKNOWN;
    const list = unwrapped(owner);
    if (name.text !== 'includes' || second !== undefined || !ts.isArrayLiteralExpression(list)) return UNKNOWN;
    const right = this.asked(first);
    return list.elements
      .map((element): Asked => ({ is: 'equal', left: this.asked(element), right }))
      .reduce<Asked>((left, one) => ({ is: 'or', left, right: one }), { is: 'literal', value: false });
  }

  #binary({ left, right, operatorToken: { kind } }: ts.BinaryExpression): Asked {
    const [a, b] = [this.asked(left), this.asked(right)];
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
