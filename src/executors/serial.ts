import type { ExecutorChoice } from '../calls/index.js';

/** One task of a run at a time, in this thread: a failure or a suspension is seen before the next one starts. */
export function serial(): ExecutorChoice {
  return { kind: 'serial', make: () => ({ kind: 'serial', slots: { perRun: 1 }, start: (work) => work.callHere() }) };
}
