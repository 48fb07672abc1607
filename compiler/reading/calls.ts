import { ts } from '../source/index.js';
import { keyIn } from './access.js';
import { callExported, isExported, markClass } from './authoring-calls.js';
import { callBuilder } from './builder-calls.js';
import type { Frame } from './frame.js';
import { arrayOf } from './literals.js';
import type { Machine } from './machine.js';
import { callNative, isNative } from './natives.js';
import { short, unwrapped } from './syntax.js';
import { ClassMark } from './tasks.js';
import { Unknown } from './unknown.js';

/** The value of a call. */
export function call(node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  const callee = unwrapped(node.expression);
  const method = ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee);
  if (method && !isOfModule(callee, machine)) return callMethod(callee, node, frame, machine);
  const fn = machine.evaluate(callee, frame);
  return apply(fn, undefined, node, frame, machine);
}

function callMethod(
  callee: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  node: ts.CallExpression,
  frame: Frame,
  machine: Machine,
): unknown {
  const owner = machine.evaluate(callee.expression, frame);
  if (owner instanceof Unknown) return afterUnknown(owner, callee, node, frame, machine);
  if (owner === undefined || owner === null) {
    return callee.questionDotToken === undefined ? machine.unknown(`'${short(callee.expression)}' is empty here`, node) : undefined;
  }
  const key = keyIn(callee, frame, machine);
  if (typeof key !== 'string') return machine.unknown(`the method '${short(callee)}' is known only at run time`, node);
  const trace = machine.traces.builder(owner);
  if (trace !== undefined) return callBuilder(owner as object, trace, key, arrayOf(node.arguments, frame, machine), node, machine);
  const fn: unknown = Reflect.get(Object(owner) as object, key);
  if (typeof fn === 'function' && (machine.origins.of(fn) !== undefined || isExported(fn))) return apply(fn, owner, node, frame, machine);
  if (isNative(owner)) return callNative(owner, key, arrayOf(node.arguments, frame, machine), node, machine);
  return machine.unknown(`the result of '${short(callee)}()' is known only at run time`, node);
}

/** What comes after something unknown is unknown for the same reason; a flow that is built of it is lost. */
function afterUnknown(owner: Unknown, callee: ts.Expression, node: ts.CallExpression, frame: Frame, machine: Machine): unknown {
  arrayOf(node.arguments, frame, machine);
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
  if (isExported(fn)) return callExported(fn as object, args, node, machine);
  if (typeof fn === 'function' && machine.origins.of(fn) !== undefined && !ts.isClassLike(machine.origins.of(fn) as ts.Node)) {
    const given = machine.origins.isOpen(args) ? args.slice(0, -1) : args;
    const result: unknown = Reflect.apply(fn, self, given);
    return result instanceof Unknown && result.type === undefined ? machine.unknown(result.reason, node, result) : result;
  }
  if (fn instanceof Unknown) return machine.unknown(`the result of '${short(node.expression)}()' is known only at run time`, node);
  return machine.unknown(`'${short(node.expression)}' is no function that can be read`, node);
}

/** `flows.make()` with `import * as flows`: no method of a value. */
function isOfModule(callee: ts.Expression, machine: Machine): boolean {
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const owner = machine.types.checker.getSymbolAtLocation(callee.expression);
  return (
    owner !== undefined && (machine.library.resolve(owner).flags & (ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule)) !== 0
  );
}
