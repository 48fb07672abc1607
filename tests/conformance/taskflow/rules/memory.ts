import type { AnySegment, Expectation, NamedFailure, RaisedFailure, Segment, TraceEvent } from '../case.js';
import { providersIn } from '../flows.js';
import { byText, type Json, type JsonRecord, textOf } from '../json.js';
import type { Rule } from '../rules.js';
import { eventsOf } from './rewrite.js';

type Failures = Map<string, Json>;
type Providers = ReturnType<typeof providersIn>;

/** What failed since the run was reset last, with the last failure of each atom. */
class Remembered {
  readonly execute: Failures = new Map();
  readonly revert: Failures = new Map();

  note([kind, name, state, , result]: TraceEvent): void {
    if (kind === 'flow') return;
    if (state === 'FAILURE') this.execute.set(name, failureIn(result));
    if (state === 'REVERT_FAILURE') this.revert.set(name, failureIn(result));
    if (state === 'REVERTED') this.revert.delete(name);
  }
}

function failureIn(result: Json | undefined): Json {
  return (result as { readonly $failure: Json } | undefined)?.$failure ?? null;
}

/**
 * TaskFlow keeps failures in the memory of an engine: those that a retry has overcome are forgotten by the next process, and
 * those of a run that was reset are not.
 */
export const rememberedFailures: Rule = {
  number: 'U-6',
  says: 'a run knows its failures from its journal: the same in each process, and none that were before a reset',
  touches: 43,
  expected(wanted, { case: { flow, run = [] } }) {
    if (wanted.status !== 'ok') return wanted;
    let remembered = new Remembered();
    let changed = false;
    const segments = (wanted.segments ?? []).map((segment, index): AnySegment => {
      if ('invalid' in segment) return segment;
      const before = wanted.segments?.[index - 1];
      if (before !== undefined && !('invalid' in before) && before.flow_state === 'REVERTED') remembered = new Remembered();
      const earlier = new Set(remembered.execute.keys());
      for (const event of eventsOf(segment)) remembered.note(event);
      const next = index === 0 ? segment : recalled(segment, remembered, earlier, providersIn(run[index]?.flow ?? flow));
      changed ||= next !== segment;
      return next;
    });
    return changed ? { ...wanted, segments } : wanted;
  },
};

function recalled(segment: Segment, remembered: Remembered, earlier: ReadonlySet<string>, providers: Providers): Segment {
  const calls = withFailures(segment, remembered, earlier);
  const failures = segment.failures && segment.failures !== 'unstable' ? recordsOf(remembered) : segment.failures;
  const isFailed = segment.outcome === 'REVERTED' || segment.outcome === 'FAILURE';
  const raised = isFailed && segment.raised !== 'unstable' ? raisedOf(remembered) : segment.raised;
  const results = withoutForgotten(segment, remembered, providers);
  const next: Segment = {
    ...segment,
    calls,
    raised,
    ...(failures === undefined ? {} : { failures }),
    ...(results === undefined ? {} : { results }),
  };
  return isSame(next, segment) ? segment : next;
}

/** What a revert is told of: failures before this segment, and those in it that came before the revert began. */
function withFailures(segment: Segment, { execute }: Remembered, earlier: ReadonlySet<string>): readonly JsonRecord[] {
  const events = eventsOf(segment);
  const failedAt = new Map<string, number>();
  for (const [index, [, name, state]] of events.entries()) if (state === 'FAILURE' && !failedAt.has(name)) failedAt.set(name, index);
  const made = new Map<string, number>();
  return segment.calls.map((call) => {
    const { failures, atom } = call;
    if (!Array.isArray(failures)) return call;
    const nth = made.get(String(atom)) ?? 0;
    made.set(String(atom), nth + 1);
    const began = segment.trace === undefined ? undefined : placesOf(events, String(atom), 'REVERTING')[nth];
    const isKnown = (name: string): boolean => execute.has(name) && (failedAt.get(name) ?? -1) < (began ?? Number.POSITIVE_INFINITY);
    return { ...call, failures: [...new Set([...(failures as readonly string[]).filter(isKnown), ...earlier])].sort() };
  });
}

function placesOf(events: readonly TraceEvent[], atom: string, word: string): readonly number[] {
  return events.flatMap(([, name, state], index) => (name === atom && state === word ? [index] : []));
}

/** A failure that stands for a value is gone with the failure. */
function withoutForgotten({ results }: Segment, { execute }: Remembered, providers: Providers): JsonRecord | undefined {
  if (results === undefined) return undefined;
  const isForgotten = ([name, value]: [string, Json]): boolean =>
    isFailure(value) && !(providers.get(name) ?? []).some(({ atom }) => execute.has(atom));
  return Object.fromEntries(Object.entries(results).filter((result) => !isForgotten(result)));
}

function isFailure(value: Json): boolean {
  return typeof value === 'object' && value !== null && '$failure' in value;
}

function recordsOf({ execute, revert }: Remembered): { readonly execute: JsonRecord; readonly revert: JsonRecord } {
  return { execute: Object.fromEntries(execute), revert: Object.fromEntries(revert) };
}

function raisedOf({ execute, revert }: Remembered): RaisedFailure {
  const failures = [...execute.values(), ...revert.values()] as unknown as readonly NamedFailure[];
  return { error: 'WrappedFailure', failures: [...failures].sort(byText) };
}

/** Whether nothing that is compared is another. */
function isSame(next: Segment, { calls, failures, raised, results }: Segment): boolean {
  const causes = (one: Segment['raised']): unknown =>
    one === null || one === 'unstable' ? one : [...(one.failures ?? [one])].sort(byText);
  return (
    textOf(next.calls) === textOf(calls) &&
    textOf(next.failures) === textOf(failures) &&
    textOf(causes(next.raised)) === textOf(causes(raised)) &&
    textOf(next.results) === textOf(results)
  );
}

export const historyAfterReset: Rule = {
  number: 'B-12',
  says: 'a reset gives retries all their attempts back, also those that were not undone',
  touches: 2,
  expected(wanted): Expectation {
    if (wanted.status !== 'ok') return wanted;
    const segments = wanted.segments ?? [];
    const at = segments.findIndex((segment, index) => index > 0 && keepsAttempts(segments[index - 1]) && !('invalid' in segment));
    const segment = segments[at];
    if (segment === undefined || 'invalid' in segment) return wanted;
    const trace = (segment.trace ?? []).filter(([, , state]) => state === 'PENDING');
    const open: Segment = { ...segment, open: true, trace, order: 'partial', before: [], calls: [] };
    return { ...wanted, cut: true, segments: [...segments.slice(0, at), open] };
  },
};

/** It was called REVERTED with a retry that has an attempt behind it. */
function keepsAttempts(segment: AnySegment | undefined): boolean {
  if (segment === undefined || 'invalid' in segment || segment.flow_state !== 'REVERTED') return false;
  const retries = new Set((segment.trace ?? []).filter(([kind]) => kind === 'retry').map(([, name]) => name));
  return Object.entries(segment.atoms).some(([name, shown]) => retries.has(name) && shown?.[0] === 'SUCCESS');
}
