import { changedIn, type Types, unwrapped, walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { changedBy, isCollection, isReplaced } from './changes.js';
import { itemParameter, itemsOf } from './items.js';

/**
 * What an expression has of what is watched. Depth 0: it is a part of it, so that who changes it changes that. A copy (1) has
 * such parts, a list of pairs (2) has copies. What a copy has been given under a name is its own.
 */
interface Hold {
  readonly depth: number;
  readonly own: ReadonlySet<string>;
}
type Source = () => Hold | undefined;

const NOTHING_OWN: ReadonlySet<string> = new Set();
const SHARED: Hold = { depth: 0, own: NOTHING_OWN };
/** Stands for all names. */
const ALL = '*';

/** Follows some values through the variables of a function, to see what it changes in them. */
export class Held {
  readonly #types: Types;
  readonly #body: ts.Node;
  readonly #isBeginning: (node: ts.Expression) => boolean;
  /** Variable → all that it may hold. */
  readonly #sources = new Map<ts.Symbol, Source[]>();
  /** Variable → names under which it is given something of its own. */
  readonly #own = new Map<ts.Symbol, Set<string>>();
  readonly #asked = new Set<ts.Symbol>();

  /**
   * @param given parameters that are watched
   * @param isBeginning expressions that are, such as `this`
   */
  constructor(body: ts.Node, types: Types, given: readonly ts.BindingName[], isBeginning: (node: ts.Expression) => boolean = () => false) {
    this.#types = types;
    this.#body = body;
    this.#isBeginning = isBeginning;
    for (const name of given) this.#bind(name, () => SHARED);
    walk(body, (node) => this.#note(node));
  }

  /** Whether who changes this changes what is watched. */
  has(expression: ts.Expression): boolean {
    return this.#holdOf(expression)?.depth === 0;
  }

  /** What the function changes in it, by what it says itself. */
  changes(through: typeof walk = walk): readonly ts.Expression[] {
    const found: ts.Expression[] = [];
    through(this.#body, (node) => {
      for (const target of changedBy(node, this.#types)) {
        const changed = isReplaced(node) ? ownerOf(target) : target;
        if (changed !== undefined && this.has(changed)) found.push(target);
      }
    });
    return found;
  }

  #note(node: ts.Node): void {
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
      const { name, initializer } = node;
      this.#bind(name, () => this.#holdOf(initializer));
    } else if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer)) {
      const { expression } = node;
      for (const { name } of node.initializer.declarations) this.#bind(name, () => part(this.#holdOf(expression), ALL));
    } else if (ts.isCallExpression(node)) {
      this.#noteCall(node);
    } else {
      for (const target of changedIn(node)) this.#noteChange(node, unwrapped(target));
    }
  }

  #noteCall(node: ts.CallExpression): void {
    const item = itemParameter(node);
    if (item !== undefined) {
      const { of, name } = item;
      this.#bind(name, () => (isCollection(of, this.#types) ? part(this.#holdOf(of), ALL) : undefined));
    }
    // Who is handed something may put something of its own into it.
    for (const target of [...node.arguments, ...changedBy(node, this.#types)]) this.#noteOwn(target, ALL);
  }

  #noteChange(node: ts.Node, target: ts.Expression): void {
    if (ts.isIdentifier(target)) {
      const isWhole =
        ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && unwrapped(node.left) === target;
      this.#add(target, isWhole ? () => this.#holdOf(node.right) : () => undefined);
    } else if (ts.isPropertyAccessExpression(target)) this.#noteOwn(target.expression, target.name.text);
    else if (ts.isElementAccessExpression(target)) this.#noteOwn(target.expression, keyIn(target));
  }

  #noteOwn(owner: ts.Expression, key: string): void {
    const node = unwrapped(owner);
    const symbol = ts.isIdentifier(node) ? this.#types.variableAt(node) : undefined;
    if (symbol !== undefined) this.#own.set(symbol, (this.#own.get(symbol) ?? new Set()).add(key));
  }

  #bind(name: ts.BindingName, from: Source): void {
    if (ts.isIdentifier(name)) {
      this.#add(name, from);
      return;
    }
    for (const [index, element] of name.elements.entries()) {
      if (ts.isOmittedExpression(element)) continue;
      const key = ts.isObjectBindingPattern(name) ? textOf(element.propertyName ?? element.name) : String(index);
      this.#bind(element.name, element.dotDotDotToken === undefined ? () => part(from(), key) : () => copy(from()));
    }
  }

  #add(name: ts.Identifier, from: Source): void {
    const symbol = this.#types.variableAt(name);
    if (symbol === undefined) return;
    const known = this.#sources.get(symbol);
    if (known === undefined) this.#sources.set(symbol, [from]);
    else known.push(from);
  }

  /** A variable that may hold something else, too, may be a copy where it is changed. */
  #variable(symbol: ts.Symbol): Hold | undefined {
    if (this.#asked.has(symbol)) return undefined;
    this.#asked.add(symbol);
    try {
      const holds = (this.#sources.get(symbol) ?? []).map((source) => source());
      const [first] = holds;
      if (first === undefined || holds.some((one) => one?.depth !== first.depth)) return undefined;
      const own = holds.flatMap((one) => [...(one?.own ?? [])]);
      return { depth: first.depth, own: new Set([...own, ...(this.#own.get(symbol) ?? [])]) };
    } finally {
      this.#asked.delete(symbol);
    }
  }

  #holdOf(expression: ts.Expression): Hold | undefined {
    const node = unwrapped(expression);
    if (this.#isBeginning(node)) return SHARED;
    if (ts.isIdentifier(node)) {
      const symbol = this.#types.variableAt(node);
      return symbol && this.#variable(symbol);
    }
    if (ts.isPropertyAccessExpression(node)) return part(this.#holdOf(node.expression), node.name.text);
    if (ts.isElementAccessExpression(node)) return part(this.#holdOf(node.expression), keyIn(node));
    if (ts.isConditionalExpression(node)) {
      const [yes, no] = [this.#holdOf(node.whenTrue), this.#holdOf(node.whenFalse)];
      return yes?.depth === 0 && no?.depth === 0 ? SHARED : undefined;
    }
    if (ts.isBinaryExpression(node)) return this.#binary(node);
    if (ts.isObjectLiteralExpression(node)) return this.#spread(node);
    if (ts.isArrayLiteralExpression(node)) {
      const [only, ...more] = node.elements;
      return only !== undefined && more.length === 0 && ts.isSpreadElement(only) ? copy(this.#holdOf(only.expression)) : undefined;
    }
    return ts.isCallExpression(node) ? this.#call(node) : undefined;
  }

  #binary({ left, right, operatorToken: { kind } }: ts.BinaryExpression): Hold | undefined {
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return this.#holdOf(right);
    if (kind !== ts.SyntaxKind.QuestionQuestionToken && kind !== ts.SyntaxKind.BarBarToken) return undefined;
    const hold = this.#holdOf(left);
    return hold?.depth === 0 ? hold : undefined;
  }

  /** `{ ...cart, items: [] }`: all of it is the cart's but for what is named. */
  #spread({ properties }: ts.ObjectLiteralExpression): Hold | undefined {
    const [spread, ...more] = properties.filter(ts.isSpreadAssignment);
    const named = properties.flatMap((one) => (ts.isSpreadAssignment(one) ? [] : [one.name]));
    if (spread === undefined || more.length > 0 || named.some((name) => name === undefined || ts.isComputedPropertyName(name)))
      return undefined;
    const hold = copy(this.#holdOf(spread.expression));
    return hold && { ...hold, own: new Set([...hold.own, ...named.map((name) => textOf(name as ts.PropertyName))]) };
  }

  #call(node: ts.CallExpression): Hold | undefined {
    const items = itemsOf(node, this.#types);
    if (items === undefined) return undefined;
    const hold = this.#holdOf(items.of);
    switch (items.are) {
      case 'one':
        return part(hold, ALL);
      case 'all':
        return copy(hold);
      case 'pairs': {
        const list = copy(hold);
        return list && { ...list, depth: list.depth + 1 };
      }
    }
  }
}

/** Of what a copy has by any name nothing is sure once it was given something by some name. */
function part(hold: Hold | undefined, key: string): Hold | undefined {
  if (hold === undefined || hold.depth === 0) return hold;
  const isOwn = hold.own.has(key) || hold.own.has(ALL) || (key === ALL && hold.own.size > 0);
  return isOwn ? undefined : { depth: hold.depth - 1, own: NOTHING_OWN };
}

function copy(hold: Hold | undefined): Hold | undefined {
  return hold?.depth === 0 ? { depth: 1, own: NOTHING_OWN } : hold;
}

function ownerOf(target: ts.Expression): ts.Expression | undefined {
  const node = unwrapped(target);
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) ? node.expression : undefined;
}

function keyIn({ argumentExpression }: ts.ElementAccessExpression): string {
  return ts.isStringLiteralLike(argumentExpression) || ts.isNumericLiteral(argumentExpression) ? argumentExpression.text : ALL;
}

function textOf(name: ts.PropertyName | ts.BindingName): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) || ts.isPrivateIdentifier(name)
    ? name.text
    : ALL;
}
