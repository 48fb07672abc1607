import type { CompiledFlow, CompiledRetry } from '../../compilation/index.js';
import { isRetry } from '../state/atom-behavior.js';
import { type AtomStatus, atomOf, mayBeUndone } from '../state/run-status.js';
import type { ActiveRun } from './run.js';

/** A node's atoms: of a retry, its flow's. */
type AtomRange = Pick<CompiledRetry, 'index' | 'end'>;

type Ranges = readonly (readonly [from: number, end: number])[];

/**
 * Everything that comes after the flow of a retry, also in the flows around it. A retry that undoes its own flow only undoes
 * these, too (TaskFlow ).
 */
export function downstreamOf(run: ActiveRun, retry: CompiledRetry): Ranges {
  return rangesOf(atomsDownstream(run.flow, retry));
}

/**
 * What has begun downstream of a flow that is to be tried again: it is undone first, and runs again after. Only a flow that was
 * changed has such: something new was put before what is done.
 */
export function begunDownstream(run: ActiveRun, part: AtomRange): Ranges {
  if (!run.status.changed) return [];
  const begun = atomsDownstream(run.flow, part).filter(
    (atom) => mayBeUndone(atomOf(run.status, atom).state) && atomOf(run.status, atom).intention !== 'REVERT',
  );
  return rangesOf(begun);
}

/**
 * What begins anew with the flow of a retry: all that was undone for it, and what is downstream of it and was decided about, or
 * skipped by who is asked again. What others have skipped stays skipped.
 */
export function anewDownstream(run: ActiveRun, retry: CompiledRetry): Ranges {
  const found = new Set(run.status.changed ? notNew(run, retry) : [...skippedFrom(run, retry), ...takenBackFrom(run, retry)]);
  if (found.size === 0) return [];
  const isAnew = (atom: number): boolean => found.has(atom) || (atom > retry.index && atom < retry.end);
  const anew = new Set(found);
  for (const [index, { first, skips, choice }] of (run.flow.deciders ?? []).entries()) {
    if (isAnew(first)) {
      for (const sibling of choice === undefined ? [] : run.frontier.deciders.branchesOf(choice.id)) {
        const { first: from, end } = run.frontier.deciders.decider(sibling);
        for (let atom = from; atom < end; atom++) if (!isAnew(atom)) anew.add(atom);
      }
    } else if (atomOf(run.status, first).votes[index] === false) {
      for (const [from, end] of skips)
        for (let atom = from; atom < end; atom++) if (atomOf(run.status, atom).state === 'IGNORE') anew.delete(atom);
    }
  }
  return rangesOf([...anew].sort((a, b) => a - b));
}

function notNew(run: ActiveRun, retry: CompiledRetry): readonly number[] {
  const redone = run.status.atoms.flatMap(({ intention }, atom) => (intention === 'REDO' ? [atom] : []));
  return [...redone, ...atomsDownstream(run.flow, retry).filter((atom) => !isNew(atomOf(run.status, atom)))];
}

/** Atoms outside of the flow that a decider in it has skipped. */
function skippedFrom(run: ActiveRun, { index, end }: CompiledRetry): readonly number[] {
  const skipped: number[] = [];
  for (const decider of run.frontier.deciders.reachingOut(index + 1, end)) {
    for (const [from, to] of decider.skips) {
      for (let atom = from; atom < to; atom++)
        if ((atom < index || atom >= end) && atomOf(run.status, atom).state === 'IGNORE') skipped.push(atom);
    }
  }
  return skipped;
}

/** Atoms outside of the flow that were never to begin, as a retry in it had undone its own flow only. */
function takenBackFrom(run: ActiveRun, retry: CompiledRetry): readonly number[] {
  const { index, end } = retry;
  if (!run.flow.atoms.slice(index + 1, end).some(isRetry)) return [];
  return atomsDownstream(run.flow, retry).filter(
    (atom) => atomOf(run.status, atom).state === 'PENDING' && atomOf(run.status, atom).intention === 'REVERT',
  );
}

function isNew({ state, intention, votes }: AtomStatus): boolean {
  return state === 'PENDING' && intention === 'EXECUTE' && Object.keys(votes).length === 0;
}

/** In ascending order. */
export function atomsDownstream({ graph, atoms }: CompiledFlow, { index, end }: AtomRange): readonly number[] {
  const seen = new Set<number>();
  for (let atom = index; atom < end; atom++) seen.add(atom);
  for (const node of seen) for (const successor of graph.successors[node] ?? []) seen.add(successor);
  return [...seen].filter((node) => node < atoms.length && (node < index || node >= end)).sort((a, b) => a - b);
}

function rangesOf(ascending: readonly number[]): Ranges {
  const ranges: [number, number][] = [];
  for (const atom of ascending) {
    const last = ranges.at(-1);
    if (last?.[1] === atom) last[1]++;
    else ranges.push([atom, atom + 1]);
  }
  return ranges;
}
