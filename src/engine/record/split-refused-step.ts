import { isFlowproofError } from '../../model/errors.js';
import { type Failure, statedFailure } from '../../model/failure.js';
import { messageOf } from '../../model/in-words.js';
import type { CallOutcome, EngineEvent } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';

/** What is tried instead of a step that the store refused for what is in it. */
export interface Instead {
  readonly now: readonly EngineEvent[];
  /** For a step of its own, after this one. */
  readonly later: readonly EngineEvent[];
  /** Ids of messages of which nothing can be stated. */
  readonly dropped: readonly string[];
}

export function isRefusal(error: unknown): boolean {
  return isFlowproofError(error, 'STORE_REFUSED');
}

/**
 * Things that came at the same moment share a step, which may be too large although none of them is: they are written in two
 * steps then. One that is refused alone is not what happened any more: its task has failed with what the store said; what it
 * saved or said of its progress is left away. Nothing when nothing is left to be changed.
 */
export function instead(events: readonly EngineEvent[], refused: unknown, status: RunStatus): Instead | undefined {
  const single = events.flatMap(oneByOne);
  const heavy = single.filter(isHeavy);
  const [only] = heavy;
  if (only === undefined) return undefined;
  if (heavy.length > 1) {
    const later = heavy.slice(heavy.length >> 1);
    return { now: single.filter((event) => !later.includes(event)), later, dropped: [] };
  }
  const dropped = only.kind === 'signal' ? [only.id] : [];
  return { now: single.flatMap((event) => (event === only ? lighter(only, refused, status) : [event])), later: [], dropped };
}

function oneByOne(event: EngineEvent): readonly EngineEvent[] {
  if (event.kind !== 'finished') return [event];
  return event.outcomes.map((outcome) => ({ kind: 'finished', outcomes: [outcome] }));
}

/** Whether it carries anything of the user's that can be left away. */
function isHeavy(event: EngineEvent): boolean {
  if (event.kind === 'saved' || event.kind === 'progress' || event.kind === 'signal') return true;
  if (event.kind !== 'finished') return false;
  return event.outcomes.some(({ end }) => (end.kind === 'result' ? end.result !== undefined : !isLight(end.failure)));
}

function lighter(event: EngineEvent, refused: unknown, status: RunStatus): readonly EngineEvent[] {
  if (event.kind !== 'finished') return [];
  return [{ kind: 'finished', outcomes: event.outcomes.map((outcome) => lighterOutcome(outcome, refused, status)) }];
}

/** Nothing depends on what a revert returned: it is left away. Without the result of a task the run can't go on: the task has failed. */
function lighterOutcome(outcome: CallOutcome, refused: unknown, { atoms }: RunStatus): CallOutcome {
  const { end, ...call } = outcome;
  if (end.kind !== 'result') return { ...call, end: { kind: end.kind, failure: lightFailure(end.failure) } };
  if (atoms[outcome.atom]?.state === 'REVERTING') return { ...call, end: { kind: 'result' } };
  const failure = statedFailure({ name: 'PersistenceError', code: 'STORE_REFUSED', message: messageOf(refused) });
  return { ...call, end: { kind: 'failure', failure } };
}

function isLight({ data, cause, errors, stack }: Failure): boolean {
  return data === undefined && cause === undefined && errors === undefined && stack === undefined;
}

function lightFailure({ data: _data, cause: _cause, errors: _errors, stack: _stack, ...light }: Failure): Failure {
  return light;
}
