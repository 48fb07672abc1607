import { instanceOf, type Resolve } from '../authoring/index.js';
import type { Work } from '../engine/index.js';

interface TaskInstance {
  execute(inputs: object, context: object): unknown;
  revert(inputs: object, outcome: object, context: object): unknown;
}

/** Runs one call of a task in this thread. */
export async function callTask(work: Work, resolve: Resolve | undefined): Promise<unknown> {
  const made = instanceOf(work.task.code, resolve);
  const instance = (made instanceof Promise ? await made : made) as TaskInstance;
  if (work.phase === 'execute') return instance.execute(work.inputs, work.context);
  return instance.revert(work.inputs, work.outcome, work.context);
}
