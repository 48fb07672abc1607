import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import type { Machine } from '../ground/interpreter-state.js';
import { Namespace } from '../ground/namespaces.js';
import { isObject } from '../ground/origins.js';
import { short } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';

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
  return memberOf(owner, String(key), node, machine);
}

/** A property of a known value, as far as the source may see it. */
export function memberOf(owner: unknown, key: string, at: ts.Node, machine: Machine): unknown {
  const { realm, origins } = machine;
  if (typeof owner === 'string') return key === 'length' ? owner.length : /^\d+$/.test(key) ? owner[Number(key)] : hidden();
  if (!isObject(owner)) return hidden();
  if (owner instanceof Namespace) {
    const member = owner.member(key);
    return member === undefined ? hidden() : machine.read(member, at, new Frame());
  }
  if (!realm.isOwn(owner)) return memberOfHanded(owner, key, machine) ?? hidden();
  const isOpen = origins.isOpen(owner);
  if (key === 'length' && Array.isArray(owner) && !isOpen) return owner.length;
  if (key === 'size' && (owner instanceof Map || owner instanceof Set) && !isOpen) return owner.size;
  const found = realm.find(owner, key);
  if (found?.get !== undefined) return realm.isOwn(found.get) ? Reflect.apply(found.get, owner, []) : hidden();
  if (found !== undefined && !(isOpen && key === 'length')) return found.value;
  return isOpen || key in owner ? hidden() : undefined;

  function hidden(): unknown {
    return machine.unknown(`'${short(at)}' is known only at run time`, at);
  }
}

/** Of JavaScript's own objects what computes; of the library's the names and numbers, and what begins a flow. */
function memberOfHanded(owner: object, key: string, machine: Machine): unknown {
  const found = machine.natives.memberOf(owner, key);
  if (found !== undefined) return found;
  const value: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value;
  if (typeof owner === 'function') return machine.realm.isHanded(value) ? value : undefined;
  return isObject(value) || typeof value === 'symbol' ? undefined : value;
}

export function keyIn(node: Access, frame: Frame, machine: Machine): unknown {
  return ts.isPropertyAccessExpression(node) ? node.name.text : machine.evaluate(node.argumentExpression, frame);
}

/** `flows.publish` with `import * as flows`, or a member of an enum: named by the checker, not looked up in a value. */
function memberOfModule(node: Access, machine: Machine): ts.Symbol | undefined {
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const { types } = machine;
  const owner = types.symbolAt(node.expression);
  if (owner === undefined) return undefined;
  const { flags } = machine.library.resolve(owner);
  if (!(flags & (ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule | ts.SymbolFlags.Enum))) return undefined;
  return types.symbolAt(node.name);
}
