import { type CompiledFlow, decidersIn, storedFlow } from '../../compilation/index.js';
import type { FlowChange, Transition } from '../../persistence/index.js';
import { skippedBy } from '../decide/verdict.js';
import { enclosingRetries, enclosingRetryOf } from '../state/enclosing-retries.js';
import { foldTransition } from '../state/fold.js';
import { around, type Past } from '../state/past.js';
import { type AtomStatus, mayBeUndone, type RunStatus } from '../state/run-status.js';

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
    const intention = before < 0 ? intentionAround(flow, status, past, atom) : undefined;
    if (intention !== undefined) state(['INTEND', intention, atom, atom + 1]);
  }
  if (!status.goingBack && isDownstreamOfOptional(flow, status)) state(['INTEND', 'REVERT', 0, flow.atoms.length]);
  for (const [atom, intention] of inTheWay(flow, status)) state(['INTEND', intention, atom, atom + 1]);
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

/** What is new in a flow that is being undone does not begin before that flow does. */
function intentionAround(flow: CompiledFlow, status: RunStatus, past: Past, atom: number): 'REVERT' | 'REDO' | 'IGNORE' | undefined {
  if (status.goingBack) return 'REVERT';
  for (let part = flow.optional?.[atom]; part !== undefined; part = part.outer) if (past.isLeftOut(part.path)) return 'IGNORE';
  const retry: AtomStatus | undefined = status.atoms[enclosingRetryOf(flow, atom)];
  if (retry === undefined || retry.intention === 'EXECUTE') return undefined;
  return retry.intention === 'REDO' ? 'REDO' : 'REVERT';
}

/**
 * What is done and stands, in the order of this flow, downstream of something that is being undone: that could not be undone. It is
 * undone for good downstream of what is, and else runs again; also a retry that was about to try again by itself.
 */
function inTheWay(flow: CompiledFlow, status: RunStatus): readonly (readonly [atom: number, intention: 'REVERT' | 'REDO'])[] {
  if (status.goingBack) return [];
  const undone = status.atoms.flatMap(({ state, intention }, atom) => (intention !== 'EXECUTE' && mayBeUndone(state) ? [atom] : []));
  const afterGood = allDownstream(
    flow,
    undone.filter((atom) => isForGood(flow, status, atom)),
  );
  const afterAny = allDownstream(flow, undone);
  const trying = allDownstream(
    flow,
    undone.filter((atom) => status.atoms[atom]?.intention === 'RETRY'),
  );
  return status.atoms.flatMap(({ state, intention }, atom): [number, 'REVERT' | 'REDO'][] => {
    if (!mayBeUndone(state) || intention === 'REVERT' || intention === 'IGNORE') return [];
    if (afterGood.has(atom)) return [[atom, 'REVERT']];
    const isInTheWay = intention === 'RETRY' ? trying.has(atom) : afterAny.has(atom);
    return isInTheWay && intention !== 'REDO' ? [[atom, 'REDO']] : [];
  });
}

/**
 * Whether something has begun in the order of this flow downstream of an optional node that is being undone. It would stand on what that
 * node gave, and could not be undone by itself: then the run goes back, as when such a node fails.
 */
function isDownstreamOfOptional({ graph }: CompiledFlow, status: RunStatus): boolean {
  const undone = status.atoms.flatMap(({ intention, state }, atom) => (intention === 'IGNORE' && mayBeUndone(state) ? [atom] : []));
  const downstream = allDownstream({ graph }, undone);
  return status.atoms.some(
    ({ state, intention }, atom) => downstream.has(atom) && mayBeUndone(state) && intention !== 'IGNORE' && intention !== 'REVERT',
  );
}

/** No retry around it is about to try again. */
function isForGood(flow: CompiledFlow, status: RunStatus, atom: number): boolean {
  if (status.atoms[atom]?.intention !== 'REVERT') return false;
  for (const retry of enclosingRetries(flow, atom)) {
    const intention = status.atoms[retry]?.intention;
    if (intention === 'RETRY' || intention === 'REDO') return false;
  }
  return true;
}

/** All that comes after these atoms: none of them is after itself. */
function allDownstream({ graph: { successors } }: Pick<CompiledFlow, 'graph'>, from: readonly number[]): ReadonlySet<number> {
  const downstream = new Set(from.flatMap((atom) => successors[atom] ?? []));
  for (const node of downstream) for (const successor of successors[node] ?? []) downstream.add(successor);
  return downstream;
}
