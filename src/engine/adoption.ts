import { type CompiledFlow, decidersIn, storedFlow } from '../compilation/index.js';
import type { FlowChange, Transition } from '../persistence/index.js';
import { foldTransition } from './fold.js';
import { around, type Past } from './past.js';
import type { AtomStatus, RunStatus } from './run-state.js';
import { skippedBy } from './verdict.js';

/**
 * What it means for a run that another version of its flow goes on with it, as facts that are folded in here and to be
 * written with the next entry: what was voted holds, what is new in a node that was skipped is skipped, and what is new in
 * a flow that is being undone does not begin before that flow does.
 */
export function adopt(flow: CompiledFlow, status: RunStatus, change: FlowChange, past: Past): readonly Transition[] {
  const facts: Transition[] = [];
  const state = (fact: Transition): void => {
    foldTransition(status, fact);
    facts.push(fact);
  };
  state(['FLOW', change]);
  for (const [decider, yes] of standingVotes(flow, past)) state(['VOTE', flow.deciders?.[decider]?.first ?? 0, decider, yes]);
  for (const atom of skipped(flow, status, change, past)) state(['IGNORE', atom]);
  for (const [atom, before] of change.from.entries()) {
    if (before < 0 && isUndone(flow, status, atom)) state(['INTEND', 'REVERT', atom, atom + 1]);
  }
  return facts;
}

/** By the numbers that deciders have now. A choice that was made stays made, whichever branches it has now. */
function standingVotes(flow: CompiledFlow, past: Past): readonly (readonly [decider: number, yes: boolean])[] {
  const deciders = decidersIn(storedFlow(flow.manifest));
  const begun = new Map<string, Set<string>>();
  for (const { choice, target } of deciders) {
    if (choice !== undefined && past.hasBegun(target)) begun.set(choice, (begun.get(choice) ?? new Set()).add(target));
  }
  return deciders.flatMap(({ key, choice, target }, index) => {
    if (choice === undefined) {
      const yes = past.link(key);
      return yes === undefined ? [] : [[index, yes] as const];
    }
    const made = past.chosen(choice);
    if (made === undefined && !begun.has(choice)) return [];
    return [[index, made?.has(target.slice(choice.length + 1)) ?? begun.get(choice)?.has(target) === true] as const];
  });
}

function skipped(flow: CompiledFlow, status: RunStatus, { from }: FlowChange, past: Past): readonly number[] {
  const atoms = new Set(skippedBy(flow, status));
  for (const [atom, before] of from.entries()) {
    const { path } = flow.atoms[atom] as CompiledFlow['atoms'][number];
    if (before < 0 && [...around(path), path].some((node) => past.isSkipped(node))) atoms.add(atom);
  }
  return [...atoms].filter((atom) => status.atoms[atom]?.state === 'PENDING').sort((a, b) => a - b);
}

function isUndone({ atoms }: CompiledFlow, status: RunStatus, atom: number): boolean {
  const governor: AtomStatus | undefined = status.atoms[atoms[atom]?.governor ?? -1];
  return status.goingBack || (governor !== undefined && governor.intention !== 'EXECUTE');
}
