import { defineTask, taskSet } from 'flowproof';

/** Keeps a processor busy: always the same work. */
export function compute(): number {
  let sum = 0;
  for (let at = 1; at < 20_000_000; at++) sum += Math.sqrt(at);
  return sum;
}

export const heavy = defineTask({ name: 'heavy', provides: ['sum'], execute: async () => ({ sum: compute() }) });

/** Does nothing: what it costs to call it is what it takes to reach its place and come back. */
export const nothing = defineTask({ name: 'nothing', execute: async () => undefined });

export default taskSet({ tasks: [heavy, nothing] });
