import { type FlowSpec, flowsOf, isFlow, retryName, tasksOf, type Vector } from '../case.js';
import type { Rule } from '../rules.js';
import { inState, partAt } from './rewrite.js';

/** Flows that a decider of the case lets run or not, with the atoms in them. */
function decidedFlows({ case: { flow } }: Vector): readonly ReadonlySet<string>[] {
  return flowsOf(flow).flatMap(({ links = [], items = [] }) => {
    const targets = new Set(links.filter(({ decider }) => decider !== undefined).map(({ to }) => to));
    return items.filter((item): item is FlowSpec => isFlow(item) && targets.has(item.name)).map(atomsOf);
  });
}

function atomsOf(flow: FlowSpec): ReadonlySet<string> {
  const retries = flowsOf(flow).flatMap((inner) => (inner.retry === undefined ? [] : [retryName(inner)]));
  return new Set([...retries, ...tasksOf(flow).map(({ name }) => name)]);
}

export const oneNodeForDeciders: Rule = {
  number: 'R-6.9',
  says: 'a flow that a decider skips is skipped as a whole, however wide its depth: it is one node, and it is asked about once',
  touches: 6,
  expected(wanted, vector) {
    const flows = decidedFlows(vector);
    const isSplit = (segment: Parameters<typeof inState>[0]): boolean => {
      const ignored = new Set(inState(segment, 'IGNORE'));
      return flows.some((atoms) => [...atoms].some((atom) => ignored.has(atom)) && [...atoms].some((atom) => !ignored.has(atom)));
    };
    return partAt(wanted, isSplit, ([kind, , state]) => kind !== 'flow' && state === 'IGNORE');
  },
};

export const skippedAtOnce: Rule = {
  number: 'U9',
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
