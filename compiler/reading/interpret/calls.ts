import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isStatic, short, unwrapped } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import { callExported, isExported, markClass } from '../library/authoring-calls.js';
import { callBuilder } from '../library/builder-calls.js';
import { factoryNamed, MadeFlow } from '../library/factories.js';
import { ClassMark } from '../library/tasks.js';
import { keyIn, memberOf } from './access.js';
import { functionBehind } from './class-methods.js';
import { itemsOf } from './coercion.js';
import { forget } from './forget.js';
import { arrayOf } from './literals.js';

type Method = ts.PropertyAccessExpression | ts.ElementAccessExpression;

/** The value of a call. A chain of calls is read from its beginning on, link by link, however long it is. */
export function call(node: ts.CallExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const links: { readonly node: ts.CallExpression; readonly callee: Method }[] = [];
  let first = node;
  for (let callee = methodIn(first); callee !== undefined; callee = methodIn(first)) {
    const before = unwrapped(callee.expression);
    if (!ts.isCallExpression(before)) break;
    links.push({ node: first, callee });
    first = before;
  }
  let value = firstCall(first, frame, interpreter);
  for (const link of links.reverse()) {
    interpreter.spend(link.node);
    value = interpreter.admitted(callMethod(value, link.callee, link.node, frame, interpreter), link.node);
  }
  return value;
}

function methodIn(node: ts.CallExpression): Method | undefined {
  const callee = unwrapped(node.expression);
  return ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee) ? callee : undefined;
}

function firstCall(node: ts.CallExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const module = moduleImportedBy(node, interpreter);
  if (module !== undefined) return interpreter.read(module, node, frame);
  const callee = methodIn(node);
  if (callee?.expression.kind === ts.SyntaxKind.SuperKeyword) return callOfBase(callee, node, frame, interpreter);
  if (callee !== undefined && !isOfModule(callee, interpreter))
    return callMethod(interpreter.evaluate(callee.expression, frame), callee, node, frame, interpreter);
  return apply(interpreter.evaluate(unwrapped(node.expression), frame), undefined, node, frame, interpreter);
}

/** `super.method(…)`. */
function callOfBase(callee: Method, node: ts.CallExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const key = keyIn(callee, frame, interpreter);
  const base = typeof key === 'string' ? baseAround(callee, frame, interpreter) : undefined;
  const self = frame.self();
  const fn = base === undefined || self === undefined ? undefined : memberOf(base, String(key), callee, interpreter);
  return apply(fn ?? interpreter.unknown(`'${short(callee)}' is known only at run time`, callee), self?.value, node, frame, interpreter);
}

/** What `super` stands for: the prototype of the base of the class around, or this base where it is static. */
function baseAround(node: ts.Node, frame: Frame, { types, realm }: InterpreterState): object | undefined {
  let member: ts.Node | undefined = node;
  while (member !== undefined && !(ts.isClassElement(member) && ts.isClassLike(member.parent))) member = member.parent;
  if (member === undefined || !ts.isClassElement(member)) return undefined;
  const { name } = member.parent as ts.ClassLikeDeclaration;
  const symbol = name && types.symbolAt(name);
  const made = symbol && frame.find(symbol)?.value;
  if (typeof made !== 'function' || !realm.isOwn(made)) return undefined;
  const base: unknown = Object.getPrototypeOf(isStatic(member) ? made : made.prototype);
  return realm.isOwn(base) ? base : undefined;
}

function callMethod(owner: unknown, callee: Method, node: ts.CallExpression, frame: Frame, interpreter: InterpreterState): unknown {
  if (owner instanceof Unknown) return afterUnknown(owner, callee, node, frame, interpreter);
  if (owner === undefined || owner === null) {
    return callee.questionDotToken === undefined ? interpreter.unknown(`'${short(callee.expression)}' is empty here`, node) : undefined;
  }
  const key = keyIn(callee, frame, interpreter);
  if (typeof key !== 'string') return interpreter.unknown(`the method '${short(callee)}' is known only at run time`, node);
  const trace = interpreter.traces.builder(owner);
  if (trace !== undefined) return callBuilder(owner as object, trace, key, arrayOf(node.arguments, frame, interpreter), node, interpreter);
  const { realm, natives } = interpreter;
  const native = realm.isOwn(owner) && realm.find(owner, key) !== undefined ? undefined : natives.methodOf(owner, key);
  if (native !== undefined) {
    const result = natives.call(native, owner, arrayOf(node.arguments, frame, interpreter), node);
    if (result instanceof Unknown || interpreter.origins.isOpen(owner)) forgetIn(node, [], frame, interpreter);
    return result;
  }
  const handed = typeof owner === 'function' && realm.isOwn(owner) && !isClass(owner, interpreter) && realm.find(owner, key) === undefined;
  if (handed && CALLING.has(key)) return callAs(owner as () => unknown, key, node, frame, interpreter);
  const fn = memberOf(owner, key, callee, interpreter);
  // It only looks like the end of a builder.
  if (key === 'build' && realm.isOwn(fn)) interpreter.traces.visit(node);
  return apply(fn, owner, node, frame, interpreter);
}

export const CALLING: ReadonlySet<string> = new Set(['call', 'apply', 'bind']);

/** `fn.call(self, …)`, `fn.apply(self, list)` and `fn.bind(self, …)` of a function of the source. */
function callAs(fn: () => unknown, key: string, node: ts.CallExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const args = arrayOf(node.arguments, frame, interpreter);
  const [self, ...others] = args;
  const given = key === 'apply' ? (others[0] === undefined ? [] : itemsOf(others[0], node, interpreter)) : others;
  if (given === undefined || interpreter.origins.isOpen(args)) {
    forgetIn(node, args, frame, interpreter);
    forget(interpreter.origins.of(fn) ?? node, `it changes in '${short(node.expression)}()'`, frame, interpreter);
    return interpreter.unknown(`the result of '${short(node.expression)}()' is known only at run time`, node);
  }
  const call = (more: readonly unknown[]): unknown => Reflect.apply(fn, self, [...given, ...more]);
  if (key !== 'bind') return call([]);
  return interpreter.origins.set(
    interpreter.realm.own((...more: unknown[]) => call(more)),
    interpreter.origins.of(fn) ?? node,
  );
}

/** What comes after something unknown is unknown for the same reason; a flow that is built of it is left unread. */
function afterUnknown(
  owner: Unknown,
  callee: ts.Expression,
  node: ts.CallExpression,
  frame: Frame,
  interpreter: InterpreterState,
): unknown {
  forgetIn(node, arrayOf(node.arguments, frame, interpreter), frame, interpreter);
  const started = owner.started || (owner.type !== undefined && interpreter.types.isBuilder(owner.type));
  if (started && ts.isPropertyAccessExpression(callee) && callee.name.text === 'build') {
    interpreter.traces.visit(node);
    interpreter.traces.noteUnread(node, { unknown: owner, hidesNames: true });
  }
  return interpreter.unknown(owner.reason, node, new Unknown(owner.reason, owner.at, owner.type, started));
}

function apply(fn: unknown, self: unknown, node: ts.CallExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const args = arrayOf(node.arguments, frame, interpreter);
  if (fn instanceof ClassMark) return markClass(fn, args[0], interpreter);
  const factory = factoryNamed(fn, interpreter);
  if (factory !== undefined) return new MadeFlow(factory, node, interpreter.types.of(node));
  const native = interpreter.natives.behind(fn);
  if (native !== undefined) return interpreter.natives.call(native, undefined, args, node);
  if (isExported(fn)) return callExported(fn as object, args, node, interpreter);
  if (typeof fn === 'function' && interpreter.realm.isOwn(fn) && !isClass(fn, interpreter)) {
    const given = interpreter.origins.isOpen(args) ? args.slice(0, -1) : args;
    const result: unknown = Reflect.apply(fn, self, given);
    return result instanceof Unknown && result.type === undefined ? interpreter.unknown(result.reason, node, result) : result;
  }
  forgetIn(node, args, frame, interpreter);
  if (!(fn instanceof Unknown)) return interpreter.unknown(`'${short(node.expression)}' is no function that can be read`, node);
  return withMarks(interpreter.unknown(`the result of '${short(node.expression)}()' is known only at run time`, node), args);
}

/** What composes decorators, such as Nest's `applyDecorators`, gives one that does what each of them does. */
function withMarks(result: unknown, args: readonly unknown[]): unknown {
  const marks = args.flatMap((one) => (one instanceof ClassMark ? [one] : one instanceof Unknown ? one.handed : []));
  if (!(result instanceof Unknown) || marks.length === 0) return result;
  return new Unknown(result.reason, result.at, result.type, result.started, result.question, marks);
}

/**
 * When and how often a function is called that was handed to other code is unknown: what it changes is unknown from then on. Who is
 * handed a list or an object may put more into it, unless its type forbids it.
 */
function forgetIn(node: ts.CallExpression, args: readonly unknown[], frame: Frame, interpreter: InterpreterState): void {
  for (const argument of node.arguments) {
    const fn = functionBehind(argument, interpreter);
    if (fn !== undefined && 'body' in fn && fn.body !== undefined)
      forget(fn.body, `it changes in a function that '${short(node.expression)}' is given`, frame, interpreter);
  }
  const { realm, origins } = interpreter;
  for (const [index, value] of args.entries()) {
    if (realm.isOwn(value) && typeof value !== 'function' && mayGrow(value, index, node, interpreter)) origins.markOpen(value);
  }
}

function mayGrow(value: object, index: number, node: ts.CallExpression, { types }: InterpreterState): boolean {
  if (Object.isFrozen(value)) return false;
  const callee = unwrapped(node.expression);
  // What is printed stays as it is.
  if (ts.isPropertyAccessExpression(callee) && callee.expression.getText() === 'console') return false;
  const parameter = types.checker.getResolvedSignature(node)?.parameters[index];
  const type = parameter && types.checker.getTypeOfSymbol(parameter);
  return !/^Readonly/.test(type?.symbol?.name ?? type?.aliasSymbol?.name ?? '');
}

/** The module of `import('./tasks')` and `require('./tasks')`. */
function moduleImportedBy({ expression, arguments: [specifier] }: ts.CallExpression, interpreter: InterpreterState): ts.Symbol | undefined {
  const imports = expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
  const module =
    imports && specifier !== undefined && ts.isStringLiteralLike(specifier) ? interpreter.types.symbolAt(specifier) : undefined;
  return module !== undefined && module.flags & ts.SymbolFlags.ValueModule ? module : undefined;
}

function isClass(fn: object, { origins }: InterpreterState): boolean {
  const written = origins.of(fn);
  return written !== undefined && ts.isClassLike(written);
}

/** `flows.make()` with `import * as flows`: no method of a value. */
function isOfModule(callee: ts.Expression, interpreter: InterpreterState): boolean {
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const owner = interpreter.types.symbolAt(callee.expression);
  return (
    owner !== undefined && (interpreter.library.resolve(owner).flags & (ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule)) !== 0
  );
}
