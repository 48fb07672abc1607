import type { AnyClass, CheckTask, FoundInClass, InstanceOf } from '../definition/check-task.js';
import type { Composable } from '../definition/composable.js';
import type { TaskClass } from '../definition/node-types.js';
import { leaveDefinition } from '../definition/task-metadata.js';
import type { Names } from '../words/names.js';
import { type TaskOptions, taskDefinition } from './task-options.js';

/**
 * Makes a class a task: as a decorator (TypeScript's legacy ones and the standard ones) or as a plain call,
 * `Task({ … })(CreateVolume)`. The compiler compares the names with the signatures of `execute` and `revert`, both ways.
 *
 * A task is undone by its `revert`, whether that is a method, inherited, an arrow field or assigned in the constructor.
 * `flow.compile()` makes one instance to see what a class without constructor parameters has.
 *
 * Only `zone?: T` counts as an optional input, and is listed as `'zone?'`; `zone: T | undefined` must be provided.
 *
 * @param options `@Task()` takes nothing and gives nothing. Without `name` the class name is the node's name, which
 *   minifiers change.
 *
 * @example
 * ```ts
 * import { Task } from 'flowproof';
 *
 * @Task({ name: 'create-volume', requires: ['size', 'zone?'], provides: ['volume'] })
 * class CreateVolume {
 *   async execute({ size, zone = 'nova' }: { size: number; zone?: string }) {
 *     return { volume: `${zone}/${size}` };
 *   }
 * }
 * ```
 */
export function Task<
  const R extends Names = readonly [],
  const P extends Names = readonly [],
  const K extends Names = readonly [],
  const V extends Names = readonly [],
>(
  options?: TaskOptions<R, P, K, V> & {
    /** The node's name in a flow, unless the flow gives another. */
    readonly name?: string;
  },
): (<C extends AnyClass, Found = FoundInClass<C, InstanceOf<C>, R, P, K, V>>(
  target: CheckTask<Found, C, R, P, K, V>,
  context?: unknown,
) => void) &
  Composable {
  return (target: unknown) => {
    const made = target as TaskClass;
    const named = typeof options?.name === 'string';
    const name = named ? (options.name as string) : made.name;
    leaveDefinition(made, taskDefinition(name, named, options ?? {}, { kind: 'class', target: made }));
  };
}
