import type { Resolve, TaskClass, TaskDefinition } from '../authoring/index.js';
import type { Work } from '../engine/index.js';

interface TaskInstance {
  execute(inputs: object, context: object): unknown;
  revert(inputs: object, outcome: object, context: object): unknown;
}

/** Runs one call of a task in this thread. */
export async function callTask(work: Work, resolve: Resolve | undefined): Promise<unknown> {
  const made = instanceOf(work.task, resolve);
  const instance = (made instanceof Promise ? await made : made) as TaskInstance;
  if (work.phase === 'execute') return instance.execute(work.inputs, work.context);
  return instance.revert(work.inputs, work.outcome, work.context);
}

/** A new instance for each call: nothing that a task keeps in its fields outlives the call, here or on another machine. */
function instanceOf({ code }: TaskDefinition, resolve: Resolve | undefined): object | Promise<object> {
  if (code.kind === 'object') return code.target;
  return resolve === undefined ? new code.target() : resolve(code.target as TaskClass);
}
