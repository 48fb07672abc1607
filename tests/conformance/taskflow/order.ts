import type { TraceEvent } from './case.js';

/** What happened, and what of it has to come before what: a list for each event of those that come after it. */
export interface PartialTrace {
  readonly events: readonly TraceEvent[];
  readonly after: readonly ReadonlySet<number>[];
}

/** A trace in which every event has its place. */
export function inTotal(events: readonly TraceEvent[]): PartialTrace {
  return { events, after: events.map((_, index) => new Set(range(index + 1, events.length))) };
}

/** A trace of which only some pairs are in order; what follows from them is added. */
export function inPart(events: readonly TraceEvent[], before: readonly (readonly [number, number])[]): PartialTrace {
  const after = events.map(() => new Set<number>());
  for (let index = events.length - 1; index >= 0; index--) {
    for (const [, then] of before.filter(([first]) => first === index)) {
      after[index]?.add(then);
      for (const later of after[then] ?? []) after[index]?.add(later);
    }
  }
  return { events, after };
}

/** Leaves events out; the order of the others stays. */
export function without({ events, after }: PartialTrace, drop: (event: TraceEvent, index: number) => boolean): PartialTrace {
  const kept = events.flatMap((event, index) => (drop(event, index) ? [] : [index]));
  const place = new Map(kept.map((index, now) => [index, now]));
  return {
    events: kept.map((index) => events[index] as TraceEvent),
    after: kept.map((index) => new Set([...(after[index] ?? [])].flatMap((later) => place.get(later) ?? []))),
  };
}

/** One trace after another: between them, what one atom does stays in order, and all of it where all of both is. */
export function joined(first: PartialTrace, second: PartialTrace): PartialTrace {
  const offset = first.events.length;
  const total = isTotal(first) && isTotal(second);
  const later = (event: TraceEvent): number[] =>
    second.events.flatMap((other, index) => (total || other[0] === 'flow' || other[1] === event[1] ? [offset + index] : []));
  return {
    events: [...first.events, ...second.events],
    after: [
      ...first.after.map((own, index) => new Set([...own, ...later(first.events[index] as TraceEvent)])),
      ...second.after.map((own) => new Set([...own].map((index) => offset + index))),
    ],
  };
}

export function isTotal({ after }: PartialTrace): boolean {
  return after.every((later, index) => later.size === after.length - 1 - index);
}

/** What is wrong with the order of a trace that has the same events. */
export function misplaced(wanted: PartialTrace, got: readonly TraceEvent[]): readonly string[] {
  const place = new Map(idsOf(got).map((id, index) => [id, index]));
  const ids = idsOf(wanted.events);
  const wrong: string[] = [];
  for (const [index, id] of ids.entries()) {
    for (const later of wanted.after[index] ?? []) {
      const then = ids[later] as string;
      if ((place.get(id) as number) > (place.get(then) as number)) wrong.push(`order: ${id} must precede ${then}`);
    }
  }
  return wrong.slice(0, 3);
}

/** Tells the second time that something is said from the first. */
function idsOf(events: readonly TraceEvent[]): readonly string[] {
  const seen = new Map<string, number>();
  return events.map(([kind, name, state]) => {
    const said = `${kind} ${name} ${state}`;
    const nth = (seen.get(said) ?? 0) + 1;
    seen.set(said, nth);
    return nth === 1 ? said : `${said} (${nth})`;
  });
}

function range(from: number, until: number): number[] {
  return Array.from({ length: Math.max(0, until - from) }, (_, index) => from + index);
}
