import { type FlowSpec, flowsOf, type ItemSpec, retryName, type Vector } from '../case.js';
import type { Rule } from '../rules.js';

/** Each run's flows. */
function allFlows({ case: { flow, run = [] } }: Vector): readonly FlowSpec[] {
  return [flow, ...run.flatMap((segment) => segment.flow ?? [])].flatMap(flowsOf);
}

function twice(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

const namesIn = ({ items = [] }: FlowSpec): readonly string[] => items.filter(isTask).map(({ name }) => name);
const isTask = ({ type }: ItemSpec): boolean => type === 'task';

export const namesAmongSiblings: Rule = {
  number: 'R-2.3',
  says: 'names are unique among siblings, not in the whole flow: an atom is known by its path, and a retry needs no name',
  touches: 8,
  expected(wanted, vector) {
    if (wanted.status !== 'invalid' || wanted.invalid?.error !== 'Duplicate') return wanted;
    return allFlows(vector).some((flow) => twice(namesIn(flow))) ? wanted : { ...wanted, status: 'valid' };
  },
};

export const objectTwice: Rule = {
  number: 'R-5.4',
  says: 'a task or a flow can be used in several places: it is a description, and each place is a node of its own',
  touches: 1,
  expected(wanted, vector) {
    const isAbout = wanted.status === 'invalid' && wanted.invalid?.error === 'ValueError';
    return isAbout && allFlows(vector).some(({ items = [] }) => items.some(({ type }) => type === 'ref'))
      ? { ...wanted, status: 'valid' }
      : wanted;
  },
};

export const valuesAlwaysOrder: Rule = {
  number: 'R-5.14',
  says: 'in a graph a node always waits for who provides what it reads: no option turns that off',
  touches: 1,
  expected(wanted, vector) {
    const isOff = ({ resolve_requires = true, resolve_existing = true }: FlowSpec): boolean => !resolve_requires || !resolve_existing;
    return wanted.status === 'ok' || wanted.status === 'invalid'
      ? allFlows(vector).some(isOff)
        ? { ...wanted, status: 'valid' }
        : wanted
      : wanted;
  },
};

/** Names of the tasks of a case, in whatever segment. */
export function taskNames(vector: Vector): ReadonlySet<string> {
  return new Set(allFlows(vector).flatMap(namesIn));
}

export function retryNames(vector: Vector): ReadonlySet<string> {
  return new Set(allFlows(vector).flatMap((flow) => (flow.retry === undefined ? [] : [retryName(flow)])));
}
