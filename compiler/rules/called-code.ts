import type { ProjectReading } from '../reading/index.js';
import { walk } from '../reading/index.js';
import { ts } from '../source/index.js';

/** As far as a method's work is handed on: what is further away is a part of the program, and no helper. */
const DEEPEST = 3;

/** The bodies of functions and methods of the project's own that some code calls, also through each other. */
export function calledBy(code: ts.Node, interpreter: ProjectReading['interpreter']): readonly ts.Node[] {
  const found = new Set<ts.Node>();
  const visit = (body: ts.Node, depth: number): void => {
    walk(body, (node) => {
      const called = ts.isCallExpression(node) ? bodyOf(node, interpreter) : undefined;
      if (called === undefined || called === code || found.has(called)) return;
      found.add(called);
      if (depth < DEEPEST) visit(called, depth + 1);
    });
  };
  visit(code, 1);
  // What stands inside of it is walked through with it.
  return [...found].filter((body) => !isInside(body, code));
}

function bodyOf({ expression }: ts.CallExpression, { types, library }: ProjectReading['interpreter']): ts.Node | undefined {
  if (!ts.isIdentifier(expression) && !ts.isPropertyAccessExpression(expression)) return undefined;
  const symbol = types.symbolAt(ts.isPropertyAccessExpression(expression) ? expression.name : expression);
  const declaration = symbol && library.resolve(symbol).valueDeclaration;
  if (declaration === undefined || declaration.getSourceFile().isDeclarationFile) return undefined;
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return declaration.body;
  const isHolder = ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration);
  const value = isHolder ? declaration.initializer : undefined;
  return value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value.body : undefined;
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}
