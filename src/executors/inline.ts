import type { Resolve, TaskClass, TaskDefinition } from '../authoring/index.js';
import type { Executor, Work } from '../engine/index.js';

/** Runs tasks in this thread, one at a time: a failure or a suspension is seen before the next one starts. */
export function inline(options: { readonly resolve?: Resolve } = {}): Executor {
  return { capacity: 1, call: (work) => callTask(work, options.resolve) };
}

interface TaskInstance {
  execute(inputs: object, context: object): unknown;
  revert(inputs: object, outcome: object, context: object): unknown;
}

async function callTask(work: Work, resolve: Resolve | undefined): Promise<unknown> {
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
