import { type FlowSpec, flowsOf, isFlow, retryName, type Segment, tasksOf, type Vector } from '../case.js';
import type { Rule } from '../rules.js';
import { inState, partAt } from './rewrite.js';

type Atoms = ReadonlySet<string>;

/** The flows at one end of the links of a case that have a decider: the atoms in each. */
function flowsAt({ case: { flow } }: Vector, end: 'from' | 'to'): readonly Atoms[] {
  return flowsOf(flow).flatMap(({ links = [], items = [] }) => {
    const named = new Set(links.filter(({ decider }) => decider !== undefined).map((link) => link[end]));
    return items.filter((item): item is FlowSpec => isFlow(item) && named.has(item.name)).map(atomsOf);
  });
}

function atomsOf(flow: FlowSpec): Atoms {
  const retries = flowsOf(flow).flatMap((inner) => (inner.retry === undefined ? [] : [retryName(inner)]));
  return new Set([...retries, ...tasksOf(flow).map(({ name }) => name)]);
}

export const oneNodeForDeciders: Rule = {
  number: 'R-6.9',
  says: 'a flow is one node for deciders: it is skipped as a whole, however wide the depth, and once skipped it has no say in what follows it',
  touches: 8,
  expected(wanted, vector) {
    const targets = flowsAt(vector, 'to');
    const sources = flowsAt(vector, 'from');
    const isAbout = (segment: Segment): boolean => {
      const ignored = new Set(inState(segment, 'IGNORE'));
      const isIn = (atom: string): boolean => ignored.has(atom);
      const isSplit = (atoms: Atoms): boolean => [...atoms].some(isIn) && ![...atoms].every(isIn);
      return targets.some(isSplit) || sources.some((atoms) => atoms.size > 0 && [...atoms].every(isIn));
    };
    // What was skipped first was skipped for a reason that both see.
    return partAt(wanted, isAbout, (_, index, { trace = [] }) => index <= trace.findIndex(([, , state]) => state === 'IGNORE'));
  },
};

export const skippedAtOnce: Rule = {
  number: 'U-9',
  says: 'what a decider skips is skipped in one step: a crash never finds half of it',
  touches: 2,
  expected(wanted, { case: { run = [] } }) {
    const isAbout = (index: number): boolean =>
      (run[index]?.stops ?? []).some(({ action, at }) => action === 'crash' && at.state === 'IGNORE');
    return partAt(
      wanted,
      ({ outcome }, index) => outcome === 'CRASHED' && isAbout(index),
      () => true,
    );
  },
};
