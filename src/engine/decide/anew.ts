import type { CompiledAtom, Source } from '../../compilation/index.js';
import { behaviorOf } from '../state/atom-behavior.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';
import { skippedBy } from './verdict.js';

/**
 * Atoms begin anew of which nothing is left. What was voted about them holds where they failed, and where only a part of
 * their node or choice begins anew; and what others have skipped stays skipped, since those are not asked again.
 */
export function beginAnew(run: ActiveRun, step: Step, anew: ReadonlySet<number>): void {
  const { atoms } = run.status;
  for (const atom of anew) {
    const votes = standingVotes(run, anew, atom);
    step.state(['RESET', atom, atom + 1]);
    for (const [decider, yes] of votes) step.state(['VOTE', atom, decider, yes]);
  }
  for (const atom of skippedBy(run.flow, run.status)) if (atoms[atom]?.state === 'PENDING') step.state(['IGNORE', atom]);
  run.frontier.skipped();
}

/**
 * What was to run again after it was undone does so, although no retry that would see to that tries again: it has given up, or
 * an operator has asked for it.
 *
 * @returns whether there was something
 */
export function bringBack(run: ActiveRun, step: Step): boolean {
  if (!run.frontier.bringsBack) return false;
  const anew = new Set<number>();
  for (const [index, { intention }] of run.status.atoms.entries()) {
    if (intention !== 'REDO') continue;
    const atom = run.flow.atoms[index] as CompiledAtom;
    // With a retry all of its flow.
    for (let place = index; place < behaviorOf(atom).end(atom); place++) anew.add(place);
  }
  beginAnew(run, step, anew);
  return true;
}

function standingVotes({ status, frontier }: ActiveRun, anew: ReadonlySet<number>, atom: number): readonly (readonly [number, boolean])[] {
  const { intention = 'EXECUTE', outcome = 'none', votes = {} } = status.atoms[atom] ?? {};
  const isAnew = ({ first, end }: AtomRange): boolean => rangeOf(first, end).every((other) => anew.has(other));
  const isStanding = (decider: number): boolean => {
    if (intention === 'EXECUTE') return true;
    const { deciders } = frontier;
    const { choice, source, reads } = deciders.decider(decider);
    // It had failed, and was undone first, as what it did was not known: the deciders before it have nothing new to decide about.
    const hasFailed = intention === 'REDO' && outcome !== 'result';
    const by = source === undefined ? Object.values(reads).flatMap(atomsOf) : rangeOf(source.first, source.end);
    if (hasFailed && !by.some((provider) => anew.has(provider))) return true;
    const nodes = choice === undefined ? [decider] : deciders.branchesOf(choice.id);
    return nodes.some((node) => !isAnew(deciders.decider(node)));
  };
  return Object.entries(votes).flatMap(([decider, yes]) => (isStanding(Number(decider)) ? [[Number(decider), yes] as const] : []));
}

/** Those that may have given a value. */
function atomsOf(source: Source): readonly number[] {
  switch (source.from) {
    case 'input':
    case 'constant':
      return [];
    case 'atom':
      return [source.atom];
    case 'branch':
      return source.of.flatMap(atomsOf);
  }
}

interface AtomRange {
  readonly first: number;
  readonly end: number;
}

function rangeOf(first: number, end: number): readonly number[] {
  return Array.from({ length: end - first }, (_, offset) => first + offset);
}
