import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isStatic, parametersOf, short, unwrapped } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import { itemsOf } from './coercion.js';
import { argumentOf } from './functions.js';
import { arrayOf, keyOf } from './literals.js';
import { bind } from './patterns.js';
import { later } from './variables.js';

/** `new X(…)`: collections of JavaScript, and objects of the source's own classes. */
export function made(node: ts.NewExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const args = arrayOf(node.arguments ?? [], frame, interpreter);
  const symbol = interpreter.types.symbolAt(node.expression);
  const outside = symbol?.declarations?.every((one) => one.getSourceFile().isDeclarationFile) === true;
  if (outside) return collection(symbol?.name ?? '', args, node, interpreter) ?? unknown();
  return instanceOf(interpreter.evaluate(node.expression, frame), args, frame, interpreter) ?? unknown();

  function unknown(): unknown {
    return interpreter.unknown(`an instance of '${short(node.expression)}' is known only at run time`, node);
  }
}

/** An object of a class of the source; `undefined` for what is none. */
function instanceOf(target: unknown, args: readonly unknown[], frame: Frame, interpreter: InterpreterState): object | undefined {
  const classes = classesOf(target, interpreter);
  if (typeof target !== 'function' || classes.length === 0) return undefined;
  const instance = interpreter.realm.own(Object.create(target.prototype as object) as object);
  if (interpreter.origins.isOpen(target)) interpreter.origins.markOpen(instance);
  construct(classes, instance, args, frame, interpreter);
  return instance;
}

/** An object of a class that is made nowhere here: of what its constructor is given only the types are known. */
export function sketchOf(node: ts.ClassLikeDeclaration, interpreter: InterpreterState): object | undefined {
  const symbol = node.name && interpreter.types.symbolAt(node.name);
  const known = symbol === undefined ? undefined : interpreter.read(symbol, node, new Frame());
  const target = interpreter.realm.isOwn(known) ? known : interpreter.classOf(node, new Frame());
  const [first] = classesOf(target, interpreter)
    .flatMap((one) => constructorOf(one) ?? [])
    .slice(-1);
  return instanceOf(target, givenTo(first, interpreter), new Frame(), interpreter);
}

/** The arguments of a function that is called nowhere. */
export function givenTo(fn: ts.SignatureDeclaration | undefined, interpreter: InterpreterState): readonly unknown[] {
  return (fn === undefined ? [] : parametersOf(fn)).map((parameter) => {
    const reason = `'${short(parameter.name)}' is a parameter, and nothing says here what it is given`;
    return new Unknown(reason, parameter.name, interpreter.types.of(parameter));
  });
}

function constructorOf(node: ts.ClassLikeDeclaration): ts.ConstructorDeclaration | undefined {
  return node.members.find(
    (member): member is ts.ConstructorDeclaration => ts.isConstructorDeclaration(member) && member.body !== undefined,
  );
}

function collection(name: string, [content, ...more]: readonly unknown[], at: ts.Node, interpreter: InterpreterState): unknown {
  const items = content === undefined || content === null ? [] : itemsOf(content, at, interpreter);
  if (items === undefined || more.length > 0) return undefined;
  if (name === 'Set') return interpreter.realm.own(new Set(items));
  const pairs = items.flatMap((item) => (Array.isArray(item) && interpreter.realm.isOwn(item) ? [[item[0], item[1]] as const] : []));
  return name === 'Map' && pairs.length === items.length ? interpreter.realm.own(new Map(pairs)) : undefined;
}

/** A class and those that it extends, the outermost base first. */
function classesOf(target: unknown, interpreter: InterpreterState): readonly ts.ClassLikeDeclaration[] {
  const classes: ts.ClassLikeDeclaration[] = [];
  for (let at: unknown = target; interpreter.realm.isOwn(at); at = Object.getPrototypeOf(at)) {
    const written = interpreter.origins.of(at);
    if (written !== undefined && ts.isClassLike(written)) classes.unshift(written);
  }
  return classes;
}

/** Makes what a class makes of an object: first its base, with what the constructor hands on to it, then its fields, then the rest. */
function construct(
  classes: readonly ts.ClassLikeDeclaration[],
  instance: object,
  args: readonly unknown[],
  around: Frame,
  interpreter: InterpreterState,
): void {
  const node = classes.at(-1);
  if (node === undefined) return;
  const bases = classes.slice(0, -1);
  const written = constructorOf(node);
  const frame = new Frame(around, { value: instance }, true);
  if (written !== undefined) bindParameters(written, args, frame, interpreter);
  const statements = written?.body?.statements ?? [];
  const handing = statements.find((one) => superCallIn(one) !== undefined);
  const handed = handing && superCallIn(handing)?.arguments;
  const base = bases.at(-1);
  const unknown = (): readonly unknown[] => givenTo(base && constructorOf(base), interpreter);
  const given = written === undefined ? args : handed === undefined ? unknown() : arrayOf(handed, frame, interpreter);
  construct(bases, instance, interpreter.origins.isOpen(given) ? unknown() : given, around, interpreter);
  const set = (key: string, value: unknown) => interpreter.realm.put(instance, key, value);
  for (const member of node.members) {
    if (!ts.isPropertyDeclaration(member) || isStatic(member)) continue;
    const key = keyOf(member.name, frame, interpreter);
    if (key !== undefined)
      set(key, member.initializer === undefined ? later(member, interpreter) : interpreter.evaluate(member.initializer, frame));
  }
  for (const { name } of written?.parameters.filter((one) => ts.isParameterPropertyDeclaration(one, one.parent)) ?? []) {
    const symbol = ts.isIdentifier(name) ? interpreter.types.symbolAt(name) : undefined;
    if (ts.isIdentifier(name) && symbol !== undefined) set(name.text, frame.find(symbol)?.value);
  }
  interpreter.execute(
    statements.filter((one) => one !== handing),
    frame,
  );
}

function bindParameters(written: ts.ConstructorDeclaration, args: readonly unknown[], frame: Frame, interpreter: InterpreterState): void {
  for (const [index, parameter] of written.parameters.entries()) {
    const given = argumentOf(parameter, index, args, interpreter);
    const value = given === undefined && parameter.initializer !== undefined ? interpreter.evaluate(parameter.initializer, frame) : given;
    bind(parameter.name, value, frame, interpreter);
  }
}

/** The call in `super(…);`. */
function superCallIn(statement: ts.Statement): ts.CallExpression | undefined {
  const call = ts.isExpressionStatement(statement) ? unwrapped(statement.expression) : undefined;
  return call !== undefined && ts.isCallExpression(call) && call.expression.kind === ts.SyntaxKind.SuperKeyword ? call : undefined;
}
