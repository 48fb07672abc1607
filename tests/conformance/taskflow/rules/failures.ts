import type { NamedFailure, RaisedFailure, Segment, TraceEvent } from '../case.js';
import { byText, type Json, type JsonRecord } from '../json.js';
import type { Rule } from '../rules.js';
import { taskNames } from './names.js';
import { eachSegment, eventsOf, inState, partAt } from './rewrite.js';

const isEnd = ([kind, , state]: TraceEvent): boolean => kind === 'flow' && (state === 'FAILURE' || state === 'REVERTED');

export const failuresOfAtoms: Rule = {
  number: 'D-8, D-9',
  says: 'a value that is missing, a decider, an onFailure that throws is a failure of the atom that it is about: it is retried or undone',
  touches: 26,
  expected(wanted, vector) {
    const isLeft = (segment: Segment): boolean => [...inState(segment, 'RUNNING'), ...inState(segment, 'REVERTING')].length > 0;
    // FAILURE without a failed revert: the engine itself gave up, unless it was told to.
    const gaveUp = (segment: Segment): boolean =>
      inState(segment, 'REVERT_FAILURE').length === 0 && (vector.case.options?.never_resolve !== true || isLeft(segment));
    const parted = partAt(
      wanted,
      (segment) => segment.outcome === 'FAILURE' && gaveUp(segment),
      (event) => !isEnd(event),
    );
    return eachSegment(parted, (segment) => (segment.open ? withItsFailure(segment) : segment));
  },
};

/** What TaskFlow left half done when it gave up is what failed. */
function withItsFailure(segment: Segment): Segment {
  const { raised, trace = [], atoms } = segment;
  const left = Object.entries(atoms).filter(([, shown]) => shown?.[0] === 'RUNNING' || shown?.[0] === 'REVERTING');
  const [name, shown] = left[0] ?? [];
  if (name === undefined || !shown || left.length > 1 || raised === null || raised === 'unstable' || raised.failures) return segment;
  const kind = trace.find(([, atom]) => atom === name)?.[0] ?? 'task';
  const failure = { $failure: { ...raised } } as unknown as Json;
  return { ...segment, trace: [...trace, [kind, name, shown[0] === 'RUNNING' ? 'FAILURE' : 'REVERT_FAILURE', shown[0], failure]] };
}

export const interruptedWhileReverting: Rule = {
  number: 'D-12',
  says: 'a task that was under way when its process died, and is not wanted any more, counts as failed: its revert is told that it was interrupted',
  touches: 1,
  expected(wanted) {
    return partAt(
      wanted,
      (segment) => eventsOf(segment).some(([, , state, old]) => state === 'REVERTING' && old === 'RUNNING'),
      (event) => !isEnd(event) && !(event[2] === 'REVERTING' && event[3] === 'RUNNING'),
    );
  },
};

export const misfiledFailure: Rule = {
  number: 'U-7',
  says: 'a failure of execute is a failure of execute, whatever else is going on',
  touches: 1,
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
  touches: 21,
  expected(wanted) {
    const goesOn = partAt(
      wanted,
      (segment) => segment.outcome === 'FAILURE' && hasFreeBranch(segment, wanted.precedes ?? []),
      (event) => !isEnd(event),
    );
    if (goesOn !== wanted) return goesOn;
    return eachSegment(wanted, (segment) => {
      const { failures, outcome } = segment;
      if (outcome !== 'FAILURE' || failures === undefined || inState(segment, 'REVERT_FAILURE').length === 0) return segment;
      return { ...segment, raised: failures === 'unstable' ? failures : raisedOf(failures) };
    });
  },
};

/** Whether something is left to be undone that is not before a failed revert. */
function hasFreeBranch(segment: Segment, precedes: readonly (readonly [string, string])[]): boolean {
  const blocked = new Set(inState(segment, 'REVERT_FAILURE'));
  if (blocked.size === 0) return false;
  for (const atom of blocked) for (const [before, after] of precedes) if (after === atom) blocked.add(before);
  const isDoomed = ([name, shown]: [string, Segment['atoms'][string]]): boolean =>
    !blocked.has(name) && shown?.[1] === 'REVERT' && ['SUCCESS', 'FAILURE'].includes(shown[0]);
  return Object.entries(segment.atoms).some(isDoomed);
}

function raisedOf({ execute, revert }: { readonly execute: JsonRecord; readonly revert: JsonRecord }): RaisedFailure {
  const failures = [...Object.values(execute), ...Object.values(revert)] as unknown as readonly NamedFailure[];
  return { error: 'WrappedFailure', failures: [...failures].sort(byText) };
}

export const lastingFailure: Rule = {
  number: 'U-5',
  says: 'a run that ended FAILURE stays that: nobody calls it REVERTED, and it goes on only when a person has seen to it',
  touches: 7,
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
  touches: 16,
  expected(wanted, vector) {
    const tasks = taskNames(vector);
    return eachSegment(wanted, (segment) => {
      if (segment.flow_state !== 'REVERTED' || inState(segment, 'SUCCESS', tasks).length === 0) return segment;
      const trace = (segment.trace ?? []).map(
        (event): TraceEvent => (event[0] === 'flow' && event[2] === 'REVERTED' ? [event[0], event[1], 'FAILURE', event[3]] : event),
      );
      return { ...segment, trace, outcome: segment.outcome === 'CRASHED' ? segment.outcome : 'FAILURE', flow_state: 'FAILURE' };
    });
  },
};
