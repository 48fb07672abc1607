import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { Machine } from '../ground/interpreter-state.js';
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
export function call(node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  const links: { readonly node: ts.CallExpression; readonly callee: Method }[] = [];
  let first = node;
  for (let callee = methodIn(first); callee !== undefined; callee = methodIn(first)) {
    const before = unwrapped(callee.expression);
    if (!ts.isCallExpression(before)) break;
    links.push({ node: first, callee });
    first = before;
  }
  let value = firstCall(first, frame, machine);
  for (const link of links.reverse()) {
    machine.spend(link.node);
    value = machine.admitted(callMethod(value, link.callee, link.node, frame, machine), link.node);
  }
  return value;
}

function methodIn(node: ts.CallExpression): Method | undefined {
  const callee = unwrapped(node.expression);
  return ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee) ? callee : undefined;
}

function firstCall(node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  const module = moduleImportedBy(node, machine);
  if (module !== undefined) return machine.read(module, node, frame);
  const callee = methodIn(node);
  if (callee?.expression.kind === ts.SyntaxKind.SuperKeyword) return callOfBase(callee, node, frame, machine);
  if (callee !== undefined && !isOfModule(callee, machine))
    return callMethod(machine.evaluate(callee.expression, frame), callee, node, frame, machine);
  return apply(machine.evaluate(unwrapped(node.expression), frame), undefined, node, frame, machine);
}

/** `super.method(…)`. */
function callOfBase(callee: Method, node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  const key = keyIn(callee, frame, machine);
  const base = typeof key === 'string' ? baseAround(callee, frame, machine) : undefined;
  const self = frame.self();
  const fn = base === undefined || self === undefined ? undefined : memberOf(base, String(key), callee, machine);
  return apply(fn ?? machine.unknown(`'${short(callee)}' is known only at run time`, callee), self?.value, node, frame, machine);
}

/** What `super` stands for: the prototype of the base of the class around, or this base where it is static. */
function baseAround(node: ts.Node, frame: Frame, { types, realm }: Machine): object | undefined {
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

function callMethod(owner: unknown, callee: Method, node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  if (owner instanceof Unknown) return afterUnknown(owner, callee, node, frame, machine);
  if (owner === undefined || owner === null) {
    return callee.questionDotToken === undefined ? machine.unknown(`'${short(callee.expression)}' is empty here`, node) : undefined;
  }
  const key = keyIn(callee, frame, machine);
  if (typeof key !== 'string') return machine.unknown(`the method '${short(callee)}' is known only at run time`, node);
  const trace = machine.traces.builder(owner);
  if (trace !== undefined) return callBuilder(owner as object, trace, key, arrayOf(node.arguments, frame, machine), node, machine);
  const { realm, natives } = machine;
  const native = realm.isOwn(owner) && realm.find(owner, key) !== undefined ? undefined : natives.methodOf(owner, key);
  if (native !== undefined) {
    const result = natives.call(native, owner, arrayOf(node.arguments, frame, machine), node);
    if (result instanceof Unknown || machine.origins.isOpen(owner)) forgetIn(node, [], frame, machine);
    return result;
  }
  const handed = typeof owner === 'function' && realm.isOwn(owner) && !isClass(owner, machine) && realm.find(owner, key) === undefined;
  if (handed && CALLING.has(key)) return callAs(owner as () => unknown, key, node, frame, machine);
  const fn = memberOf(owner, key, callee, machine);
  // It only looks like the end of a builder.
  if (key === 'build' && realm.isOwn(fn)) machine.traces.visit(node);
  return apply(fn, owner, node, frame, machine);
}

export const CALLING: ReadonlySet<string> = new Set(['call', 'apply', 'bind']);

/** `fn.call(self, …)`, `fn.apply(self, list)` and `fn.bind(self, …)` of a function of the source. */
function callAs(fn: () => unknown, key: string, node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  const args = arrayOf(node.arguments, frame, machine);
  const [self, ...others] = args;
  const given = key === 'apply' ? (others[0] === undefined ? [] : itemsOf(others[0], node, machine)) : others;
  if (given === undefined || machine.origins.isOpen(args)) {
    forgetIn(node, args, frame, machine);
    forget(machine.origins.of(fn) ?? node, `it changes in '${short(node.expression)}()'`, frame, machine);
    return machine.unknown(`the result of '${short(node.expression)}()' is known only at run time`, node);
  }
  const call = (more: readonly unknown[]): unknown => Reflect.apply(fn, self, [...given, ...more]);
  if (key !== 'bind') return call([]);
  return machine.origins.set(
    machine.realm.own((...more: unknown[]) => call(more)),
    machine.origins.of(fn) ?? node,
  );
}

/** What comes after something unknown is unknown for the same reason; a flow that is built of it is lost. */
function afterUnknown(owner: Unknown, callee: ts.Expression, node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  forgetIn(node, arrayOf(node.arguments, frame, machine), frame, machine);
  const started = owner.started || (owner.type !== undefined && machine.types.isBuilder(owner.type));
  if (started && ts.isPropertyAccessExpression(callee) && callee.name.text === 'build') {
    machine.traces.visit(node);
    machine.traces.lose(node, { unknown: owner, hidesNames: true });
  }
  return machine.unknown(owner.reason, node, new Unknown(owner.reason, owner.at, owner.type, started));
}

function apply(fn: unknown, self: unknown, node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  const args = arrayOf(node.arguments, frame, machine);
  if (fn instanceof ClassMark) return markClass(fn, args[0], machine);
  const factory = factoryNamed(fn, machine);
  if (factory !== undefined) return new MadeFlow(factory, node, machine.types.of(node));
  const native = machine.natives.behind(fn);
  if (native !== undefined) return machine.natives.call(native, undefined, args, node);
  if (isExported(fn)) return callExported(fn as object, args, node, machine);
  if (typeof fn === 'function' && machine.realm.isOwn(fn) && !isClass(fn, machine)) {
    const given = machine.origins.isOpen(args) ? args.slice(0, -1) : args;
    const result: unknown = Reflect.apply(fn, self, given);
    return result instanceof Unknown && result.type === undefined ? machine.unknown(result.reason, node, result) : result;
  }
  forgetIn(node, args, frame, machine);
  if (fn instanceof Unknown) return machine.unknown(`the result of '${short(node.expression)}()' is known only at run time`, node);
  return machine.unknown(`'${short(node.expression)}' is no function that can be read`, node);
}

/**
 * Who is handed a function calls it whenever, and as often, as nobody knows: what it changes is unknown from then on. Who is
 * handed a list or an object may put more into it, unless its type forbids it.
 */
function forgetIn(node: ts.CallExpression, args: readonly unknown[], frame: Frame, machine: Machine): void {
  for (const argument of node.arguments) {
    const fn = functionBehind(argument, machine);
    if (fn !== undefined && 'body' in fn && fn.body !== undefined)
      forget(fn.body, `it changes in a function that '${short(node.expression)}' is given`, frame, machine);
  }
  const { realm, origins } = machine;
  for (const [index, value] of args.entries()) {
    if (realm.isOwn(value) && typeof value !== 'function' && mayGrow(value, index, node, machine)) origins.markOpen(value);
  }
}

function mayGrow(value: object, index: number, node: ts.CallExpression, { types }: Machine): boolean {
  if (Object.isFrozen(value)) return false;
  const callee = unwrapped(node.expression);
  // What is printed stays as it is.
  if (ts.isPropertyAccessExpression(callee) && callee.expression.getText() === 'console') return false;
  const parameter = types.checker.getResolvedSignature(node)?.parameters[index];
  const type = parameter && types.checker.getTypeOfSymbol(parameter);
  return !/^Readonly/.test(type?.symbol?.name ?? type?.aliasSymbol?.name ?? '');
}

/** The module of `import('./tasks')` and `require('./tasks')`. */
function moduleImportedBy({ expression, arguments: [specifier] }: ts.CallExpression, machine: Machine): ts.Symbol | undefined {
  const imports = expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
  const module = imports && specifier !== undefined && ts.isStringLiteralLike(specifier) ? machine.types.symbolAt(specifier) : undefined;
  return module !== undefined && module.flags & ts.SymbolFlags.ValueModule ? module : undefined;
}

function isClass(fn: object, { origins }: Machine): boolean {
  const written = origins.of(fn);
  return written !== undefined && ts.isClassLike(written);
}

/** `flows.make()` with `import * as flows`: no method of a value. */
function isOfModule(callee: ts.Expression, machine: Machine): boolean {
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const owner = machine.types.symbolAt(callee.expression);
  return (
    owner !== undefined && (machine.library.resolve(owner).flags & (ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule)) !== 0
  );
}
