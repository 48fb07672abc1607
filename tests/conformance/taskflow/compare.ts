import type { Actual, AnySegment, Expectation, Invalid, Segment, TraceEvent } from './case.js';
import { type Json, type JsonRecord, textOf } from './json.js';
import { inPart, inTotal, isTotal, joined, misplaced, type PartialTrace, without } from './order.js';

/** What two replays of a case differ in; nothing is best. */
export type Differences = readonly string[];

/** Compares what was expected with what happened. */
export function compare(wanted: Expectation, got: Actual): Differences {
  switch (wanted.status) {
    case 'hang':
      return [];
    case 'valid':
      return 'invalid' in got && got.invalid.error === wanted.invalid?.error ? [`it was refused: ${textOf(got.invalid)}`] : [];
    case 'invalid':
      return compareInvalid(wanted.invalid as Invalid, 'invalid' in got ? got.invalid : undefined);
    case 'varies':
      return nearest((wanted.alternatives ?? []).map((one) => compareEnds(one, got)));
    case 'ok':
      return compareEnds(wanted, got);
  }
}

function nearest(all: readonly Differences[]): Differences {
  return [...all].sort((a, b) => a.length - b.length)[0] ?? ['there is nothing to compare with'];
}

function compareEnds(wanted: Partial<Expectation>, got: Actual): Differences {
  if (wanted.invalid !== undefined) return compareInvalid(wanted.invalid, 'invalid' in got ? got.invalid : undefined);
  if ('invalid' in got) return [`it was refused: ${textOf(got.invalid)}`];
  const segments = wanted.segments ?? [];
  const isShort = segments.length < got.segments.length && wanted.cut !== true;
  if (isShort || segments.length > got.segments.length) return [`it has ${got.segments.length} segments instead of ${segments.length}`];
  const differences: string[] = [];
  for (let index = 0; index < segments.length; ) {
    // A crashed segment goes together with those that go on from it, up to the next end.
    let last = index;
    while (last + 1 < segments.length && goesOn(segments[last])) last++;
    const [want, have] = [segments.slice(index, last + 1), got.segments.slice(index, last + 1)];
    for (const difference of compareGroup(want, have))
      differences.push(segments.length === 1 ? difference : `segment ${last}: ${difference}`);
    index = last + 1;
  }
  return differences;
}

function goesOn(segment: AnySegment | undefined): boolean {
  return segment !== undefined && 'outcome' in segment && (segment.outcome === 'CRASHED' || segment.joined === true);
}

function compareGroup(wanted: readonly AnySegment[], got: readonly AnySegment[]): Differences {
  const [wantRuns, gotRuns] = [wanted.filter(isRun), got.filter(isRun)];
  if (wantRuns.length !== gotRuns.length) {
    const refused = got.find((one) => !isRun(one));
    return refused === undefined ? ['it should have been refused'] : [`it was refused: ${textOf(refused)}`];
  }
  const [lastWanted, lastGot] = [wanted.at(-1) as AnySegment, got.at(-1) as AnySegment];
  const end = isRun(lastWanted) ? [] : compareInvalid(lastWanted.invalid, isRun(lastGot) ? undefined : lastGot.invalid);
  const [wantEnd, gotEnd] = [wantRuns.at(-1), gotRuns.at(-1)];
  return [
    ...(wantEnd === undefined || gotEnd === undefined ? [] : [...compareTraces(wantRuns, gotRuns), ...compareEnd(wantEnd, gotEnd)]),
    ...end,
  ];
}

function isRun(segment: AnySegment): segment is Segment {
  return !('invalid' in segment);
}

function compareTraces(wanted: readonly Segment[], got: readonly Segment[]): Differences {
  const wantedTrace = wanted.map((segment, index) => traceOf(segment, index)).reduce(joined);
  const gotTrace = got.map((segment, index) => traceOf({ ...segment, order: 'total' }, index)).reduce(joined);
  const [want, have] = [wantedTrace.events.map(textOf), gotTrace.events.map(textOf)];
  const ordered = wanted.every(({ trace }) => trace !== undefined);
  const open = wanted.some((segment) => segment.open);
  const events = difference('events', want, have, open);
  const order = events.length > 0 || !ordered ? [] : misplaced(wantedTrace, gotTrace.events);
  return [...events, ...order, ...compareCalls(wanted, got, ordered && !open && isTotal(wantedTrace), open)];
}

/** The flow's words on the way to other states, and what is told again after a crash, are no difference. */
function traceOf({ trace, events, order, before }: Segment, place: number): PartialTrace {
  const told = (trace ?? events ?? []).map(
    ([kind, name, state, old, ...result]): TraceEvent =>
      kind === 'flow' ? [kind, name, state, null] : [kind, name, state, old, ...(result as [Json])],
  );
  const all = trace === undefined ? inPart(told, []) : order === 'partial' ? inPart(told, before ?? []) : inTotal(told);
  return without(all, ([kind, , state]) => kind === 'flow' && (ON_THE_WAY.has(state) || (place > 0 && state === 'RUNNING')));
}

const ON_THE_WAY: ReadonlySet<string> = new Set(['RESUMING', 'SUSPENDED', 'SUSPENDING', 'PENDING']);

function compareCalls(wanted: readonly Segment[], got: readonly Segment[], inOrder: boolean, open: boolean): Differences {
  const calls = wanted.flatMap((segment) => segment.calls);
  // What nobody can tell in TaskFlow is compared with nothing, in any call of its kind.
  const unstable = new Set(
    calls.flatMap((call) => Object.keys(call).flatMap((key) => (call[key] === 'unstable' ? [`${call.op} ${key}`] : []))),
  );
  const told = (call: JsonRecord): string =>
    textOf(Object.fromEntries(Object.entries(call).map(([key, value]) => [key, unstable.has(`${call.op} ${key}`) ? 'unstable' : value])));
  const [want, have] = [calls.map(told), got.flatMap((segment) => segment.calls).map(told)];
  if (!inOrder) return difference('calls', want, have, open);
  return textOf(want) === textOf(have) ? [] : [...difference('calls', want, have), 'the calls are in another order'];
}

function compareEnd(wanted: Segment, got: Segment): Differences {
  if (wanted.open || (wanted.outcome === 'CRASHED' && got.outcome === 'CRASHED')) return [];
  const fields = ['outcome', 'flow_state', 'atoms', 'results', 'failures'] as const;
  const differences = fields.flatMap((field) => {
    if (wanted[field] === undefined || wanted[field] === 'unstable' || textOf(wanted[field]) === textOf(got[field])) return [];
    return [`${field}: expected ${textOf(wanted[field])}, got ${textOf(got[field])}`];
  });
  if (wanted.raised === 'unstable' || textOf(causes(wanted.raised)) === textOf(causes(got.raised))) return differences;
  return [...differences, `raised: expected ${textOf(wanted.raised)}, got ${textOf(got.raised)}`];
}

/** One failure or several: which of them the caller is thrown, and how they are wrapped, is no difference. */
function causes(raised: Segment['raised']): readonly string[] {
  if (raised === null || raised === 'unstable') return [];
  return (raised.failures ?? [raised]).map(textOf).sort();
}

function compareInvalid(wanted: Invalid, got: Invalid | undefined): Differences {
  if (got === undefined) return [`it should be refused: ${textOf(wanted)}`];
  const fields = ['error', 'missing', 'by'] as const;
  return fields.flatMap((field) => {
    const [want, have] = field === 'by' ? [sorted(wanted.by), sorted(got.by)] : [wanted[field], got[field]];
    return want === undefined || textOf(want) === textOf(have) ? [] : [`invalid.${field}: expected ${textOf(want)}, got ${textOf(have)}`];
  });
}

function sorted(by: Invalid['by']): readonly string[] | undefined {
  return by?.map(textOf).sort();
}

/** What one list has and the other has not, each as often as it is there; an open list may have more. */
function difference(what: string, wanted: readonly string[], got: readonly string[], open = false): Differences {
  const extra = [...got];
  const missing = wanted.filter((one) => {
    const at = extra.indexOf(one);
    if (at >= 0) extra.splice(at, 1);
    return at < 0;
  });
  if (missing.length + (open ? 0 : extra.length) === 0) return [];
  return [`${what}: missing ${missing.slice(0, 4).join(' ') || 'none'}, unexpected ${extra.slice(0, 4).join(' ') || 'none'}`];
}
