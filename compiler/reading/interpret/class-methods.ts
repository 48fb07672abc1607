import { ts } from '../../source/index.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isStatic, unwrapped } from '../ground/syntax.js';

/** A class that extends more classes than this extends itself. */
const MOST_BASES = 20;

/** The code of a method of a class, wherever it is written: as a method, a field or in the constructor, here or in a class that it extends. */
export function methodOfClass(
  node: ts.ClassLikeDeclaration,
  name: string,
  interpreter: InterpreterState,
): ts.SignatureDeclaration | undefined {
  for (const at of basesOf(node, interpreter)) {
    const found = assignedIn(at, name) ?? writtenIn(at, name, interpreter);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A class, and those of the project that it extends. */
export function basesOf(node: ts.ClassLikeDeclaration, interpreter: InterpreterState): readonly ts.ClassLikeDeclaration[] {
  const classes: ts.ClassLikeDeclaration[] = [];
  for (let at: ts.ClassLikeDeclaration | undefined = node; at !== undefined && classes.length < MOST_BASES; at = baseOf(at, interpreter))
    classes.push(at);
  return classes;
}

function writtenIn(node: ts.ClassLikeDeclaration, name: string, interpreter: InterpreterState): ts.SignatureDeclaration | undefined {
  for (const member of node.members) {
    if (isStatic(member) || member.name === undefined || nameIn(member.name) !== name) continue;
    if (ts.isMethodDeclaration(member) && member.body !== undefined) return member;
    if (ts.isPropertyDeclaration(member)) return member.initializer && functionBehind(member.initializer, interpreter);
  }
  return undefined;
}

/** `this.revert = …` in the constructor: it comes last. */
function assignedIn(node: ts.ClassLikeDeclaration, name: string): ts.SignatureDeclaration | undefined {
  const statements = node.members.find(ts.isConstructorDeclaration)?.body?.statements ?? [];
  for (const statement of [...statements].reverse()) {
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) continue;
    const { left, right, operatorToken } = statement.expression;
    if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left)) continue;
    const value = unwrapped(right);
    const isIt = left.expression.kind === ts.SyntaxKind.ThisKeyword && left.name.text === name;
    if (isIt && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))) return value;
  }
  return undefined;
}

function baseOf(node: ts.ClassLikeDeclaration, interpreter: InterpreterState): ts.ClassLikeDeclaration | undefined {
  const heritage = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression;
  const symbol = heritage && interpreter.types.symbolAt(unwrapped(heritage));
  const declaration = symbol && interpreter.library.resolve(symbol).valueDeclaration;
  return declaration !== undefined && ts.isClassLike(declaration) ? declaration : undefined;
}

/** The function that an expression is, or that the constant has which it names. */
export function functionBehind(expression: ts.Expression, interpreter: InterpreterState): ts.SignatureDeclaration | undefined {
  const value = unwrapped(expression);
  if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) return value;
  const written = ts.isIdentifier(value) ? interpreter.types.variableAt(value) : interpreter.types.symbolAt(value);
  const declaration = written && interpreter.library.resolve(written).valueDeclaration;
  if (declaration === undefined) return undefined;
  if (ts.isFunctionDeclaration(declaration)) return declaration;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined;
  const initial = unwrapped(declaration.initializer);
  return ts.isArrowFunction(initial) || ts.isFunctionExpression(initial) ? initial : undefined;
}

/** The name of a member that is not computed, without its quotes. */
export function nameIn(name: ts.PropertyName): string {
  return ts.isStringLiteralLike(name) || ts.isIdentifier(name) ? name.text : name.getText();
}
