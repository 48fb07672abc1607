import { callTask } from './call-task.js';
import type { ExecutorChoice } from './executor-choice.js';

/** One task of a run at a time, in this thread: a failure or a suspension is seen before the next one starts. */
export function serial(): ExecutorChoice {
  return { kind: 'serial', make: ({ resolve }) => ({ capacity: 1, call: (work) => callTask(work, resolve) }) };
}
