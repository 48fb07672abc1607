import type { Phase } from '../../model/states.js';
import type { TaskCode } from '../definition/definition.js';
import { methodIn, UNDOING } from '../definition/methods.js';
import type { TaskClass } from '../definition/node-types.js';
import type { Resolve } from './run-types.js';

/**
 * What has the methods of a task or retry. A new instance for each call: nothing that is kept in its fields outlives the
 * call, here or on another machine.
 */
export function instanceOf(code: TaskCode, resolve: Resolve | undefined): object | Promise<object> {
  if (code.kind === 'object') return code.target;
  return resolve === undefined ? new code.target() : resolve(code.target as TaskClass);
}

/** Whether a phase of a task calls anything of this instance. */
export function canCall(instance: unknown, phase: Phase): boolean {
  const names = phase === 'execute' ? (['execute'] as const) : UNDOING;
  return names.some((name) => methodIn(instance, name) !== undefined);
}
