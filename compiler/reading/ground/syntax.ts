import { onOneLine } from '../../findings/rule-texts.js';
import { ts } from '../../source/index.js';

/** What stands inside of parentheses and type assertions. */
export function wrapped(node: ts.Expression): ts.Expression | undefined {
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isExpressionWithTypeArguments(node)
  ) {
    return node.expression;
  }
  return undefined;
}

/** The same, as deep as it goes. */
export function unwrapped(node: ts.Expression): ts.Expression {
  let inner = node;
  for (let next = wrapped(inner); next !== undefined; next = wrapped(inner)) inner = next;
  return inner;
}

/** Source on one line, for messages. */
export function short(node: ts.Node): string {
  return onOneLine(node.getText());
}

/** The function or class member that a node is in; `undefined` at the level of its module. */
export function functionAround(node: ts.Node): ts.SignatureDeclaration | ts.PropertyDeclaration | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at) || (ts.isPropertyDeclaration(at) && !isStatic(at))) return at;
  }
  return undefined;
}

/** What a function is given: what it says of `this` is for the compiler only. */
export function parametersOf({ parameters }: ts.SignatureDeclaration): readonly ts.ParameterDeclaration[] {
  return parameters.filter(({ name }) => !(ts.isIdentifier(name) && name.text === 'this'));
}

export function isStatic(node: ts.ClassElement): boolean {
  return ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;
}

/** The same without what has a `this` of its own. */
export function walkOwn(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    const hasOwn =
      ts.isFunctionDeclaration(child) || ts.isFunctionExpression(child) || ts.isClassLike(child) || ts.isMethodDeclaration(child);
    if (!hasOwn) walkOwn(child, visit);
  });
}

/** All nodes below one, itself first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}
