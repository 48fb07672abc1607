import type { NamedFailure, RaisedFailure, Segment, TraceEvent } from '../case.js';
import { byText, type JsonRecord } from '../json.js';
import type { Rule } from '../rules.js';
import { taskNames } from './names.js';
import { eachSegment, inState, partAt } from './rewrite.js';

const isEnd = ([kind, , state]: TraceEvent): boolean => kind === 'flow' && (state === 'FAILURE' || state === 'REVERTED');

export const failuresOfAtoms: Rule = {
  number: 'D-8, D-9',
  says: 'a value that is missing, a decider, an onFailure that throws is a failure of the atom that it is about: it is retried or undone',
  touches: 0,
  expected(wanted, vector) {
    const isLeft = (segment: Segment): boolean => [...inState(segment, 'RUNNING'), ...inState(segment, 'REVERTING')].length > 0;
    // FAILURE without a failed revert: the engine itself gave up, unless it was told to.
    const gaveUp = (segment: Segment): boolean =>
      inState(segment, 'REVERT_FAILURE').length === 0 && (vector.case.options?.never_resolve !== true || isLeft(segment));
    return partAt(
      wanted,
      (segment) => segment.outcome === 'FAILURE' && gaveUp(segment),
      (event) => !isEnd(event),
    );
  },
};

export const interruptedWhileReverting: Rule = {
  number: 'D-12',
  says: 'a task that was under way when its process died, and is not wanted any more, counts as failed: its revert is told that it was interrupted',
  touches: 0,
  expected(wanted) {
    return partAt(
      wanted,
      ({ trace = [] }) => trace.some(([, , state, old]) => state === 'REVERTING' && old === 'RUNNING'),
      (event) => !isEnd(event) && !(event[2] === 'REVERTING' && event[3] === 'RUNNING'),
    );
  },
};

export const misfiledFailure: Rule = {
  number: 'U7',
  says: 'a failure of execute is a failure of execute, whatever else is going on',
  touches: 0,
  expected(wanted) {
    return eachSegment(wanted, (segment) => {
      const { failures, atoms } = segment;
      if (failures === undefined || failures === 'unstable') return segment;
      const misfiled = Object.entries(failures.revert).filter(([name]) => atoms[name]?.[0] !== 'REVERT_FAILURE');
      if (misfiled.length === 0) return segment;
      const revert = Object.fromEntries(Object.entries(failures.revert).filter(([name]) => atoms[name]?.[0] === 'REVERT_FAILURE'));
      return { ...segment, failures: { execute: { ...failures.execute, ...Object.fromEntries(misfiled) }, revert } };
    });
  },
};

export const revertFailures: Rule = {
  number: 'D-7',
  says: 'when a revert fails, what made the run go back is told, too, and branches that can be undone are undone',
  touches: 0,
  expected(wanted) {
    return eachSegment(wanted, (segment) => {
      const { failures, outcome } = segment;
      if (outcome !== 'FAILURE' || failures === undefined || inState(segment, 'REVERT_FAILURE').length === 0) return segment;
      return { ...segment, raised: failures === 'unstable' ? failures : raisedOf(failures) };
    });
  },
};

function raisedOf({ execute, revert }: { readonly execute: JsonRecord; readonly revert: JsonRecord }): RaisedFailure {
  const failures = [...Object.values(execute), ...Object.values(revert)] as unknown as readonly NamedFailure[];
  return { error: 'WrappedFailure', failures: [...failures].sort(byText) };
}

export const lastingFailure: Rule = {
  number: 'U5',
  says: 'a run that ended FAILURE stays that: nobody calls it REVERTED, and it goes on only when a person has seen to it',
  touches: 0,
  expected(wanted) {
    if (wanted.status !== 'ok') return wanted;
    const segments = wanted.segments ?? [];
    const failed = segments.findIndex((segment) => 'outcome' in segment && isStuck(segment));
    if (failed < 0 || failed === segments.length - 1) return wanted;
    const last = segments[failed] as Segment;
    if (last.outcome === 'CRASHED') return { ...wanted, cut: true, segments: [...segments.slice(0, failed), { ...last, open: true }] };
    const again: Segment = { ...last, trace: [], before: [], order: 'total', calls: [] };
    return { ...wanted, cut: true, segments: [...segments.slice(0, failed + 1), again] };
  },
};

function isStuck(segment: Segment): boolean {
  return segment.outcome === 'FAILURE' || inState(segment, 'REVERT_FAILURE').length > 0;
}

export const partialEnd: Rule = {
  number: 'D-6',
  says: 'a run is REVERTED only when nothing of it is left: with a task that stays SUCCESS it ends FAILURE, partial',
  touches: 0,
  expected(wanted, vector) {
    const tasks = taskNames(vector);
    return eachSegment(wanted, (segment) => {
      if (segment.outcome !== 'REVERTED' || inState(segment, 'SUCCESS', tasks).length === 0) return segment;
      const trace = (segment.trace ?? []).map(
        (event): TraceEvent => (event[0] === 'flow' && event[2] === 'REVERTED' ? [event[0], event[1], 'FAILURE', event[3]] : event),
      );
      return { ...segment, trace, outcome: 'FAILURE', flow_state: 'FAILURE' };
    });
  },
};
