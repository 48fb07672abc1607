import { defineTask } from '#authoring';
import { placeOf } from '../source/index.js';
import { type Gap, placeholder } from './gaps.js';
import type { Machine } from './machine.js';
import { short } from './syntax.js';
import type { TypedPort } from './types.js';
import { Unknown } from './unknown.js';

/** A node of which only its type is known, as a task that takes and gives what the type says; others stay as they are. */
export function nodeOf(value: unknown, machine: Machine): unknown {
  if (!(value instanceof Unknown)) return value;
  const brand = machine.types.brand(value.type);
  const name = brand?.name ?? nameFor(value);
  const task: unknown = Reflect.apply(defineTask, undefined, [
    { name, requires: (brand?.needs ?? []).map(written), provides: (brand?.gives ?? []).map(written), execute: placeholder },
  ]);
  const gap: Gap = { unknown: value, hidesNames: brand === undefined };
  return machine.gaps.set(task, [gap]);
}

/** A retry of which only its type is known. */
export function retryOf(value: Unknown, machine: Machine): unknown {
  const brand = machine.types.brand(value.type);
  const ports = (list: readonly TypedPort[] = []) => list.map(({ name, optional }) => ({ name, optional }));
  const definition = {
    kind: 'own',
    name: nameFor(value),
    requires: ports(brand?.needs),
    provides: ports(brand?.gives),
    declared: true,
    hasExecute: false,
    hasRevert: false,
    code: { kind: 'object', target: {} },
  };
  const retry = Object.freeze({ '~flowproof': Object.freeze({ kind: 'retry', definition }) });
  return machine.gaps.set(retry, [{ unknown: value, hidesNames: brand === undefined }]);
}

/** A name that is nobody else's, and says where it stands. */
export function nameFor({ at }: Unknown): string {
  return `‹${short(at).replaceAll('/', '∕')}, line ${placeOf(at).line}›`;
}

/** Whether a name was made by {@link nameFor}. */
export function isMadeUp(name: string): boolean {
  return name.startsWith('‹');
}

/** `Optional` gives are still given: what reads them must cope. */
function written({ name, optional }: TypedPort): string {
  return optional ? `${name}?` : name;
}
