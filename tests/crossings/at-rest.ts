import type { RunState } from '../../src/model/states.js';
import type { Effects } from './effects.js';
import type { Plan } from './plan.js';
import type { Votes } from './votes.js';

/** What is known of a run that has come to rest. */
export interface AtRest {
  readonly plan: Plan;
  readonly effects: Effects;
  readonly votes: Votes;
  /** How an atom is in the store. */
  readonly stateOf: (path: string) => string;
  readonly isCancelled: boolean;
  /** Where it was: what it did stays done. */
  readonly isHalted: boolean;
  readonly mayRest: boolean;
}

/** What is wrong with a run that rests, or has ended, in this state. */
export function wrongAtRest(state: RunState, { plan, effects, votes, stateOf, isCancelled, isHalted, mayRest }: AtRest): readonly string[] {
  const tasks = Object.keys(plan.after);
  switch (state) {
    case 'PENDING':
    case 'RUNNING':
      return [];
    case 'SUSPENDED':
      return mayRest ? [] : ['it is SUSPENDED, and nobody has asked for it'];
    case 'SUCCESS': {
      // What nobody undoes may be there of an attempt before the one that skips it.
      const odd = tasks.filter((path) => (stateOf(path) === 'IGNORE' ? effects.isLeft(path) : effects.standing(path) !== 1));
      return [
        ...odd.map((path) => `SUCCESS, and the effect of ${path} is there ${effects.standing(path)} times`),
        ...(isCancelled ? ['SUCCESS, and it was cancelled'] : []),
        ...votes.wrongAtEnd(),
      ];
    }
    case 'CANCELLED':
    case 'REVERTED': {
      const left = isHalted ? [] : tasks.filter((path) => effects.isLeft(path));
      return [
        ...((state === 'CANCELLED') === isCancelled ? [] : [`${state}, and it was ${isCancelled ? '' : 'not '}cancelled`]),
        ...left.map((path) => `${state}, and the effect of ${path} is there`),
      ];
    }
    case 'FAILURE': {
      const hasFailed = plan.atoms.some((path) => ['REVERT_FAILURE', 'FAILURE'].includes(stateOf(path)));
      return effects.areNone && !hasFailed ? ['FAILURE, and nothing is left'] : [];
    }
  }
}
