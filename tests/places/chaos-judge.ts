import { isDeepStrictEqual } from 'node:util';
import type { ChaosCalls } from '../fixtures/places/chaos-engine.js';
import type { ChaosEffect } from '../fixtures/places/chaos-tasks.js';

/** A run of the chaos, with what is left of it. */
export interface ChaosRun {
  readonly id: string;
  readonly result: unknown;
  /** How often the journal says that each task was called. */
  readonly calls: readonly ChaosCalls[];
  /** What a run of the same flow with the same input ended as, to which nothing happened. */
  readonly reference: unknown;
  /** Lines of its calls, in their order. */
  readonly effects: readonly ChaosEffect[];
  /** Paths of the tasks that leave lines. */
  readonly leaves: readonly string[];
}

/** What is wrong with a run: it has to end as its reference, and all that was done for it has to be accounted for. */
export function judgeRun({ id, result, calls, reference, effects, leaves }: ChaosRun): readonly string[] {
  const complaints: string[] = [];
  const isUndone = (reference as { readonly state: string }).state === 'REVERTED';
  if (!isDeepStrictEqual(result, reference)) complaints.push(`ended as ${JSON.stringify(result)} and not as ${JSON.stringify(reference)}`);
  for (const path of leaves) {
    const own = effects.filter((effect) => effect.path === path);
    const [done, undone] = [own.filter(({ phase }) => phase === 'execute'), own.filter(({ phase }) => phase === 'revert')];
    const { executions = 0, reversions = 0 } = calls.find((one) => one.path === path) ?? {};
    if (done.length === 0) complaints.push(`${path} was never done`);
    if (isUndone && undone.length === 0) complaints.push(`${path} was never undone`);
    if (!isUndone && undone.length > 0) complaints.push(`${path} was undone`);
    // A call may die before it leaves its line; none leaves one that the journal does not know of.
    if (done.length > executions) complaints.push(`${path} was done ${done.length} times, in ${executions} calls`);
    if (undone.length > reversions) complaints.push(`${path} was undone ${undone.length} times, in ${reversions} calls`);
    if (new Set(own.map(({ key }) => key)).size > 1) complaints.push(`${path} has several keys for one piece of work`);
    const firstUndone = own.findIndex(({ phase }) => phase === 'revert');
    if (firstUndone >= 0 && own.slice(firstUndone).some(({ phase }) => phase === 'execute'))
      complaints.push(`${path} was done after it was undone`);
  }
  for (const { path } of effects) if (!leaves.includes(path)) complaints.push(`${path} is none of its tasks`);
  return complaints.map((what) => `${id}: ${what}`);
}
