import { ts } from '../source/index.js';
import type { Frame } from './frame.js';
import type { Machine } from './machine.js';
import { short } from './syntax.js';
import { Unknown } from './unknown.js';

type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

/** The value of `a.b` or `a[b]`. */
export function access(node: Access, frame: Frame, machine: Machine): unknown {
  const member = memberOfModule(node, machine);
  if (member !== undefined) return machine.read(member, node, frame);
  const owner = machine.evaluate(node.expression, frame);
  if (owner instanceof Unknown) return machine.unknown(owner.reason, node, owner);
  if (owner === undefined || owner === null) {
    return node.questionDotToken === undefined ? machine.unknown(`'${short(node.expression)}' is empty here`, node) : undefined;
  }
  const key = keyIn(node, frame, machine);
  if (typeof key !== 'string' && typeof key !== 'number')
    return machine.unknown(`the key of '${short(node)}' is known only at run time`, node);
  return memberOf(owner, key, node, machine);
}

/** A property of a known value. */
export function memberOf(owner: unknown, key: string | number, at: ts.Node, machine: Machine): unknown {
  const value: unknown = Reflect.get(Object(owner) as object, key);
  if (value === undefined && machine.origins.isOpen(owner)) return machine.unknown(`'${short(at)}' is known only at run time`, at);
  return value;
}

export function keyIn(node: Access, frame: Frame, machine: Machine): unknown {
  return ts.isPropertyAccessExpression(node) ? node.name.text : machine.evaluate(node.argumentExpression, frame);
}

/** `flows.publish` with `import * as flows`, or a member of an enum: named by the checker, not looked up in a value. */
function memberOfModule(node: Access, machine: Machine): ts.Symbol | undefined {
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const { checker } = machine.types;
  const owner = checker.getSymbolAtLocation(node.expression);
  if (owner === undefined) return undefined;
  const { flags } = machine.library.resolve(owner);
  if (!(flags & (ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule | ts.SymbolFlags.Enum))) return undefined;
  return checker.getSymbolAtLocation(node.name);
}
