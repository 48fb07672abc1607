import type { AnySegment, Expectation, Segment, TraceEvent } from '../case.js';

/** Changes segments; the same expectation when none changes. */
export function eachSegment(wanted: Expectation, change: (segment: Segment, index: number) => Segment): Expectation {
  if (wanted.status !== 'ok') return wanted;
  let changed = false;
  const segments = (wanted.segments ?? []).map((segment, index): AnySegment => {
    if ('invalid' in segment) return segment;
    const next = change(segment, index);
    changed ||= next !== segment;
    return next;
  });
  return changed ? { ...wanted, segments } : wanted;
}

/**
 * From the first segment for which this holds, the stories part: of that one, the events that are kept happen in flowproof,
 * too, and others may; what comes after it is not compared.
 */
export function partAt(
  wanted: Expectation,
  parts: (segment: Segment, index: number) => boolean,
  keep: (event: TraceEvent, index: number, segment: Segment) => boolean,
): Expectation {
  if (wanted.status !== 'ok') return wanted;
  const segments = wanted.segments ?? [];
  const at = segments.findIndex((segment, index) => !('invalid' in segment) && parts(segment, index));
  const last = segments[at];
  if (last === undefined || 'invalid' in last) return wanted;
  const { before = [] } = last;
  const trace = eventsOf(last);
  const kept = trace.flatMap((event, index) => (keep(event, index, last) ? [index] : []));
  const place = new Map(kept.map((index, now) => [index, now]));
  const open: Segment = {
    ...last,
    open: true,
    // Alternatives were recorded without an order, and total order is that of all events.
    order: last.trace === undefined ? 'partial' : (last.order ?? 'total'),
    trace: kept.map((index) => trace[index] as TraceEvent),
    before: before.flatMap(([first, then]) => {
      const [a, b] = [place.get(first), place.get(then)];
      return a === undefined || b === undefined ? [] : [[a, b] as const];
    }),
    // Calls follow the events; which of them belong to those that are left, nobody has recorded.
    calls: [],
  };
  return { ...wanted, cut: true, segments: [...segments.slice(0, at), open] };
}

/** What happened in a segment; of alternatives, in no order. */
export function eventsOf({ trace, events }: Segment): readonly TraceEvent[] {
  return trace ?? events ?? [];
}

/** Tasks in this state, by the names of all atoms that are tasks. */
export function inState(segment: Segment, state: string, among?: ReadonlySet<string>): readonly string[] {
  return Object.entries(segment.atoms).flatMap(([name, shown]) => (shown?.[0] === state && among?.has(name) !== false ? [name] : []));
}
