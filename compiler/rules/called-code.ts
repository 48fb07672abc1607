import { type ProjectReading, unwrapped, walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { isCollection } from './changes.js';
import { isTimer } from './timers.js';

type Interpreter = ProjectReading['interpreter'];
/** A function of the project's own. */
export type CalledFunction = ts.SignatureDeclaration & { readonly body: ts.Node };

/** As far as a method's work is handed on: what is further away is a part of the program, and no helper. */
const DEEPEST = 3;
/** A constant that is called by more names than this is not followed. */
const MOST_NAMES = 5;

/** The bodies of functions and methods of the project's own that some code calls, or has called at once, also through each other. */
export function calledBy(code: ts.Node, interpreter: Interpreter): readonly ts.Node[] {
  const found = new Set<ts.Node>();
  const visit = (body: ts.Node, depth: number): void => {
    walk(body, (node) => {
      for (const { body: called } of functionsRunBy(node, interpreter)) {
        if (called === code || found.has(called)) continue;
        found.add(called);
        if (depth < DEEPEST) visit(called, depth + 1);
      }
    });
  };
  visit(code, 1);
  // What stands inside of it is walked through with it.
  return [...found].filter((body) => !isInside(body, code));
}

/** What a call or `new` runs: the function that it names, and the one that it hands to `forEach` or a timer by its name. */
function functionsRunBy(node: ts.Node, interpreter: Interpreter): readonly CalledFunction[] {
  if (ts.isNewExpression(node)) return constructorOf(node, interpreter);
  if (!ts.isCallExpression(node)) return [];
  const [first] = node.arguments;
  const handed = first !== undefined && isName(first) && callsAtOnce(node, interpreter) ? functionNamed(first, interpreter) : undefined;
  return [functionCalled(node, interpreter) ?? [], handed ?? []].flat();
}

/** The function that a call names; `undefined` for one that is not the project's own. */
export function functionCalled({ expression }: ts.CallExpression, interpreter: Interpreter): CalledFunction | undefined {
  return isName(expression) ? functionNamed(expression, interpreter) : undefined;
}

function callsAtOnce({ expression }: ts.CallExpression, { types }: Interpreter): boolean {
  const callee = unwrapped(expression);
  return isTimer(callee) || (ts.isPropertyAccessExpression(callee) && isCollection(callee.expression, types));
}

function isName(node: ts.Expression): boolean {
  const name = unwrapped(node);
  return ts.isIdentifier(name) || ts.isPropertyAccessExpression(name);
}

function functionNamed(node: ts.Expression, interpreter: Interpreter, names = 0): CalledFunction | undefined {
  const { types, library } = interpreter;
  const name = unwrapped(node);
  const symbol = types.symbolAt(ts.isPropertyAccessExpression(name) ? name.name : name);
  const declaration = symbol && library.resolve(symbol).valueDeclaration;
  if (declaration === undefined || declaration.getSourceFile().isDeclarationFile || names > MOST_NAMES) return undefined;
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return withBody(declaration);
  if (ts.isBindingElement(declaration)) return withBody(memberTaken(declaration, types));
  const value = heldBy(declaration);
  if (value === undefined) return undefined;
  if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) return withBody(value);
  return isName(value) ? functionNamed(value, interpreter, names + 1) : undefined;
}

/** What a constant, a field or a property has: a variable may be given another function. */
function heldBy(declaration: ts.Declaration): ts.Expression | undefined {
  const isHolder =
    ts.isPropertyDeclaration(declaration) ||
    ts.isPropertyAssignment(declaration) ||
    (ts.isVariableDeclaration(declaration) && (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0);
  return isHolder && declaration.initializer !== undefined ? unwrapped(declaration.initializer) : undefined;
}

/** The method behind `send` in `const { send } = mailer`. */
function memberTaken({ parent, propertyName, name }: ts.BindingElement, { checker }: Interpreter['types']): ts.Declaration | undefined {
  const key = propertyName ?? name;
  if (!ts.isObjectBindingPattern(parent) || !ts.isVariableDeclaration(parent.parent) || !ts.isIdentifier(key)) return undefined;
  const { initializer } = parent.parent;
  const member = initializer && checker.getPropertyOfType(checker.getTypeAtLocation(initializer), key.text)?.valueDeclaration;
  if (member === undefined) return undefined;
  const value = heldBy(member);
  return ts.isMethodDeclaration(member) ? member : value && ts.isArrowFunction(value) ? value : undefined;
}

function constructorOf({ expression }: ts.NewExpression, { types, library }: Interpreter): readonly CalledFunction[] {
  const symbol = isName(expression) ? types.symbolAt(unwrapped(expression)) : undefined;
  const made = symbol && library.resolve(symbol).valueDeclaration;
  if (made === undefined || !ts.isClassLike(made) || made.getSourceFile().isDeclarationFile) return [];
  return made.members.flatMap((member) => (ts.isConstructorDeclaration(member) ? (withBody(member) ?? []) : []));
}

function withBody(declaration: ts.Declaration | undefined): CalledFunction | undefined {
  return declaration !== undefined && 'body' in declaration && declaration.body !== undefined ? (declaration as CalledFunction) : undefined;
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}
