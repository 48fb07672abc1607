import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { Namespace } from '../ground/namespaces.js';
import { isObject } from '../ground/origins.js';
import { short } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';

type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

/** The value of `a.b` or `a[b]`. */
export function access(node: Access, frame: Frame, interpreter: InterpreterState): unknown {
  const member = memberOfModule(node, interpreter);
  if (member !== undefined) return interpreter.read(member, node, frame);
  const owner = interpreter.evaluate(node.expression, frame);
  if (owner instanceof Unknown) return interpreter.unknown(owner.reason, node, owner);
  if (owner === undefined || owner === null) {
    return node.questionDotToken === undefined ? interpreter.unknown(`'${short(node.expression)}' is empty here`, node) : undefined;
  }
  const key = keyIn(node, frame, interpreter);
  if (typeof key !== 'string' && typeof key !== 'number')
    return interpreter.unknown(`the key of '${short(node)}' is known only at run time`, node);
  return memberOf(owner, String(key), node, interpreter);
}

/** A property of a known value, as far as the source may see it. */
export function memberOf(owner: unknown, key: string, at: ts.Node, interpreter: InterpreterState): unknown {
  const { realm, origins } = interpreter;
  if (typeof owner === 'string') return key === 'length' ? owner.length : /^\d+$/.test(key) ? owner[Number(key)] : hidden();
  if (!isObject(owner)) return hidden();
  if (owner instanceof Namespace) {
    const member = owner.member(key);
    return member === undefined ? hidden() : interpreter.read(member, at, new Frame());
  }
  if (!realm.isOwn(owner)) return memberOfHanded(owner, key, interpreter) ?? hidden();
  const isOpen = origins.isOpen(owner);
  if (key === 'length' && Array.isArray(owner) && !isOpen) return owner.length;
  if (key === 'size' && (owner instanceof Map || owner instanceof Set) && !isOpen) return owner.size;
  const found = realm.find(owner, key);
  if (found?.get !== undefined) return realm.isOwn(found.get) ? Reflect.apply(found.get, owner, []) : hidden();
  if (found !== undefined && !(isOpen && key === 'length')) return found.value;
  return isOpen || key in owner ? hidden() : undefined;

  function hidden(): unknown {
    return interpreter.unknown(`'${short(at)}' is known only at run time`, at);
  }
}

/** Of JavaScript's own objects what computes; of the library's the names and numbers, and what begins a flow. */
function memberOfHanded(owner: object, key: string, interpreter: InterpreterState): unknown {
  const found = interpreter.natives.memberOf(owner, key);
  if (found !== undefined) return found;
  const value: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value;
  if (typeof owner === 'function') return interpreter.realm.isHanded(value) ? value : undefined;
  return isObject(value) || typeof value === 'symbol' ? undefined : value;
}

export function keyIn(node: Access, frame: Frame, interpreter: InterpreterState): unknown {
  return ts.isPropertyAccessExpression(node) ? node.name.text : interpreter.evaluate(node.argumentExpression, frame);
}

/** `flows.publish` with `import * as flows`, or a member of an enum: named by the checker, not looked up in a value. */
function memberOfModule(node: Access, interpreter: InterpreterState): ts.Symbol | undefined {
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const { types } = interpreter;
  const owner = types.symbolAt(node.expression);
  if (owner === undefined) return undefined;
  const { flags } = interpreter.library.resolve(owner);
  if (!(flags & (ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule | ts.SymbolFlags.Enum))) return undefined;
  return types.symbolAt(node.name);
}
