import { defineTask, taskDefinitionOf } from '#authoring';
import { ts } from '../../source/index.js';
import type { Gap } from '../ground/gaps.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import type { TypedPort } from '../ground/types.js';
import { Unknown } from '../ground/unknown.js';
import { known, placeholder } from './known-options.js';
import { nameFor } from './made-up-names.js';

/** A node of which only its type is known, as a task that takes and gives what the type says; others stay as they are. */
export function nodeOf(given: unknown, at: ts.Node, interpreter: InterpreterState): unknown {
  // Who adds a variable adds what it holds by then, whatever it holds here.
  const value = given === undefined ? new Unknown('it gets its value later', at, undefined) : given;
  if (mayBeTask(value, interpreter)) return nodeOf(undecided(value, at, interpreter), at, interpreter);
  // No object of the source is a node, whatever it looks like.
  if (!(value instanceof Unknown))
    return interpreter.realm.isOwn(value) && typeof value !== 'function' ? known(value, [], at, interpreter) : value;
  const brand = interpreter.types.brand(value.type);
  const name = brand?.name ?? nameFor(value);
  const task: unknown = Reflect.apply(defineTask, undefined, [
    { name, requires: (brand?.needs ?? []).map(written), provides: (brand?.gives ?? []).map(written), execute: placeholder },
  ]);
  const gap: Gap = { unknown: value, hidesNames: brand === undefined };
  return interpreter.gaps.set(task, [gap]);
}

/** A class with a decorator whose source is not read. */
function mayBeTask(value: unknown, { realm, origins }: InterpreterState): value is object {
  return typeof value === 'function' && realm.isOwn(value) && origins.isOpen(value) && taskDefinitionOf(value) === undefined;
}

function undecided(target: object, at: ts.Node, { origins, types }: InterpreterState): Unknown {
  const node = origins.of(target);
  const symbol = node !== undefined && ts.isClassLike(node) && node.name ? types.symbolAt(node.name) : undefined;
  const type = symbol === undefined ? undefined : types.checker.getTypeOfSymbol(symbol);
  return new Unknown('its decorator comes from outside of this project', node ?? at, type);
}

/** A retry of which only its type is known. */
export function retryOf(value: Unknown, interpreter: InterpreterState): unknown {
  const brand = interpreter.types.brand(value.type);
  const ports = (list: readonly TypedPort[] = []) => list.map(({ name, optional }) => ({ name, optional }));
  const definition = {
    kind: 'custom',
    name: nameFor(value),
    requires: ports(brand?.needs),
    provides: ports(brand?.gives),
    declared: true,
    hasExecute: false,
    hasRevert: false,
    code: { kind: 'object', target: {} },
  };
  const retry = Object.freeze({ '~flowproof': Object.freeze({ kind: 'retry', definition }) });
  return interpreter.gaps.set(retry, [{ unknown: value, hidesNames: brand === undefined }]);
}

/** `Optional` gives are still given: what reads them must cope. */
function written({ name, optional }: TypedPort): string {
  return optional ? `${name}?` : name;
}
