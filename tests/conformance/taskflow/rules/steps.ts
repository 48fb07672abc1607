import {
  type AnySegment,
  type FlowSpec,
  flowsByRun,
  flowsOf,
  isFlow,
  pathsIn,
  retryName,
  type Segment,
  type StopSpec,
  type TraceEvent,
} from '../case.js';
import { textOf } from '../json.js';
import { inPart, inTotal, type PartialTrace } from '../order.js';
import type { Rule } from '../rules.js';
import { eachSegment, inState, partAt } from './rewrite.js';

const isOfAtom = ([kind]: TraceEvent): boolean => kind !== 'flow';

export const restartInOneStep: Rule = {
  number: 'D-16',
  says: 'a retry restarts in the step that undoes the last of its flow: a suspension comes before that step or after it',
  touches: 2,
  expected(wanted) {
    return eachSegment(wanted, (segment, index) => {
      const next = wanted.segments?.[index + 1];
      if (segment.outcome !== 'SUSPENDED' || next === undefined || 'invalid' in next) return segment;
      const { trace = [] } = segment;
      const asked = trace.findIndex(([kind, , state]) => kind === 'flow' && state === 'SUSPENDING');
      const restarts = ['RETRYING', 'PENDING'].includes(trace[asked - 1]?.[2] ?? '');
      const isDue = (next.trace ?? []).find(isOfAtom)?.[2] === 'RETRYING';
      return restarts || isDue ? { ...segment, joined: true } : segment;
    });
  },
};

export const askedOnce: Rule = {
  number: 'R-17.4',
  says: 'what a retry has decided about a failure is in the journal: it is not asked again when the run goes on',
  touches: 2,
  expected(wanted) {
    return eachSegment(wanted, (segment, index) => {
      const before = wanted.segments?.[index - 1];
      if (before === undefined || 'invalid' in before || inState(before, 'FAILURE').length === 0) return segment;
      const decided = new Set(before.calls.filter(isDecision).map(textOf));
      // It is what a run that goes on begins with.
      const first = segment.calls.findIndex((call) => !isDecision(call));
      const asked = segment.calls.slice(0, first < 0 ? segment.calls.length : first);
      const fresh = asked.filter((call) => !decided.has(textOf(call)));
      return fresh.length === asked.length ? segment : { ...segment, calls: [...fresh, ...segment.calls.slice(asked.length)] };
    });
  },
};

function isDecision({ op, decision }: Segment['calls'][number]): boolean {
  return op === 'on_failure' && decision !== undefined;
}

export const untouchedBehindRetries: Rule = {
  number: 'R-13.11',
  says: 'a retry that tries again means to undo its own flow; what comes after it has not begun, and nothing is meant with it',
  touches: 2,
  expected(wanted, { case: recorded }) {
    return eachSegment(wanted, (segment, index) => {
      const flow = recorded.run?.[index]?.flow ?? recorded.flow;
      const retrying = flowsOf(flow).filter((inner) => inner.retry !== undefined && segment.atoms[retryName(inner)]?.[1] === 'RETRY');
      if (retrying.length === 0) return segment;
      const inside = new Set(retrying.flatMap(atomsIn));
      let changed = false;
      const atoms = Object.entries(segment.atoms).map(([name, shown]) => {
        if (shown?.[0] !== 'PENDING' || shown[1] !== 'REVERT' || inside.has(name)) return [name, shown] as const;
        changed = true;
        return [name, ['PENDING', 'EXECUTE'] as const] as const;
      });
      return changed ? { ...segment, atoms: Object.fromEntries(atoms) } : segment;
    });
  },
};

export const toldInDefinitionOrder: Rule = {
  number: 'D-2',
  says: 'what one step skips or resets is told in the order in which it is defined',
  touches: 5,
  expected(wanted, vector) {
    return eachSegment(wanted, (segment, index) => {
      const { run = [], flow } = vector.case;
      const order = new Map(atomsIn(run[index]?.flow ?? flow).map((name, place) => [name, place]));
      const { trace = [] } = segment;
      const after = orderOf(segment);
      const together = ['IGNORE', 'PENDING'].flatMap((state) => neighbours(trace, state));
      const rank = (place: number): number => order.get(trace[place]?.[1] ?? '') ?? 0;
      // Only where TaskFlow says for certain that it is otherwise.
      if (!together.some((places) => places.some((first) => places.some((then) => after[first]?.has(then) && rank(first) > rank(then)))))
        return segment;
      // Who depends on whom, who has priority, and what a later decider skips: of what is told together, no order is expected.
      const at = new Map(together.flatMap((places) => places.map((place) => [place, places] as const)));
      const before = after.flatMap((later, first) =>
        [...later].filter((then) => !at.get(first)?.includes(then)).map((then) => [first, then] as const),
      );
      return { ...segment, order: 'partial', before };
    });
  },
};

/** For each event of a segment those that come after it. */
function orderOf({ trace = [], before = [], order }: Segment): PartialTrace['after'] {
  return (order === 'partial' ? inPart(trace, before) : inTotal(trace)).after;
}

/** Places of neighbours of one state, where there are several. */
function neighbours(trace: readonly TraceEvent[], state: string): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (const [place, event] of trace.entries()) {
    if (event[2] !== state || !isOfAtom(event)) continue;
    const last = found.at(-1);
    if (last?.at(-1) === place - 1) last.push(place);
    else found.push([place]);
  }
  return found.filter((places) => places.length > 1);
}

/** Names of the atoms of a flow, its retry first. */
function atomsIn(flow: FlowSpec): readonly string[] {
  const items = (flow.items ?? []).flatMap((item) => (isFlow(item) ? atomsIn(item) : [item.name]));
  return flow.retry === undefined ? items : [retryName(flow), ...items];
}

export const restBeforeAll: Rule = {
  number: 'L-6, B-31',
  says: 'a wish to suspend holds: no decider is asked any more, though all that is left may be skipped; and a run that has yet to begin rests when it begins',
  touches: 3,
  expected(wanted, { case: { run = [] } }) {
    const asked = ({ trace = [] }: Segment): number => trace.findIndex(([kind, , state]) => kind === 'flow' && state === 'SUSPENDING');
    const skipsAfter = (segment: Segment): boolean =>
      asked(segment) >= 0 && (segment.trace ?? []).slice(asked(segment)).some(([, , state]) => state === 'IGNORE');
    const parted = partAt(wanted, skipsAfter, (_, index, segment) => index < asked(segment));
    return partAt(
      parted,
      (segment, index) => isWishedEarly(segment, run[index]?.stops ?? []),
      (_, index, segment) => index < begins(segment),
    );
  },
};

function begins({ trace = [] }: Segment): number {
  return trace.findIndex(([kind, , state]) => kind === 'flow' && state === 'RUNNING');
}

/** Whether it was to be suspended while it was reset. */
function isWishedEarly(segment: Segment, stops: readonly StopSpec[]): boolean {
  const before = (segment.trace ?? []).slice(0, Math.max(0, begins(segment)));
  return stops.some(({ action, at: { atom, state, nth = 1 } }) => {
    const reached = before.filter(([kind, name, told]) => told === state && (atom === undefined ? kind === 'flow' : name === atom));
    return action === 'suspend' && reached.length >= nth && segment.open !== true;
  });
}

export const refusedFlows: Rule = {
  number: 'D-15',
  says: 'a run goes on with a changed flow only if nothing that it has done is lost: otherwise it is refused, with a report',
  touches: 1,
  expected(wanted, { case: recorded }) {
    if (wanted.status !== 'ok') return wanted;
    const flows = flowsByRun(recorded);
    const segments = wanted.segments ?? [];
    const at = segments.findIndex((segment, index) => {
      // A flow that is wrong in itself is refused for that.
      if ('invalid' in segment && segment.invalid.error !== 'Duplicate') return false;
      const [before, flow, now] = [segments[index - 1], flows[index - 1], flows[index]];
      return before !== undefined && flow !== undefined && now !== undefined && isLost(before, pathsIn(flow), pathsIn(now));
    });
    return at < 0 ? wanted : { ...wanted, cut: true, segments: [...segments.slice(0, at), { invalid: { error: 'Incompatible' } }] };
  },
};

/** Whether something that was begun, and is not undone, is not where it was. */
function isLost(before: AnySegment, was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): boolean {
  // What was undone as a whole begins anew, with any flow.
  if ('invalid' in before || before.flow_state === 'REVERTED') return false;
  return Object.entries(before.atoms).some(([name, shown]) => {
    const isBegun = shown && !['PENDING', 'REVERTED', 'IGNORE'].includes(shown[0]);
    return isBegun && was.get(name) !== is.get(name);
  });
}
