import type { RunState } from '../../src/model/states.js';
import type { Effects } from './effects.js';
import type { OpenCall, Plan } from './plan.js';
import type { Votes } from './votes.js';

/** What is known of a run when one of its tasks is called. */
export interface AtCall {
  readonly plan: Plan;
  readonly state: RunState | undefined;
  readonly effects: Effects;
  readonly votes: Votes;
  /** How an atom is in the store. */
  readonly stateOf: (path: string) => string;
  /** The process was asked to rest, and need not call this any more. */
  readonly isToRest: boolean;
  /** It is cancelled where it is. */
  readonly isHalted: boolean;
}

/** What is wrong with a call that is made now. */
export function wrongCall(call: OpenCall, at: AtCall): readonly string[] {
  const { path, phase } = call;
  const { state, stateOf, isHalted } = at;
  const [demanded, what] = phase === 'execute' ? ['RUNNING', `${path} is executed`] : ['REVERTING', `${path} is reverted`];
  return [
    ...(stateOf(path) === demanded ? [] : [`${what}, and is ${stateOf(path)} in the store`]),
    ...(isHalted ? [`${what}, and the run was cancelled where it was`] : []),
    ...(state === 'RUNNING' ? [] : [`${what}, and the run is ${state}`]),
    ...(phase === 'execute' ? wrongExecute(call, at) : wrongRevert(call, at)),
  ];
}

function wrongExecute({ path, process }: OpenCall, { plan, effects, votes, stateOf, isToRest }: AtCall): readonly string[] {
  const missing = (plan.after[path] ?? []).filter((before) => effects.standing(before) === 0 && stateOf(before) !== 'IGNORE');
  return [
    ...(isToRest ? [`${path} is executed by ${process}, which was asked to rest`] : []),
    ...missing.map((before) => `${path} is executed, and ${before} before it is not done`),
    ...votes.wrongWhenBegun(path),
  ];
}

function wrongRevert({ path }: OpenCall, { plan, effects }: AtCall): readonly string[] {
  const later = Object.entries(plan.after).flatMap(([one, before]) => (before.includes(path) && effects.isLeft(one) ? [one] : []));
  return later.map((one) => `${path} is reverted, and ${one} after it is done`);
}
