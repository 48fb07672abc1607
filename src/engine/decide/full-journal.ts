import { describeFull, JournalFullError } from '../../model/errors.js';
import type { Failure } from '../../model/failure.js';
import type { Limits } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';

/** Steps that a run may have by default: such a run is of ten million bytes and more, and every resume reads all of it. */
const MAX_STEPS = 100_000;
/** A flow of many atoms needs as many steps, and may try again. */
const MAX_STEPS_AN_ATOM = 10;
/** At this part of them an event warns. */
const LONG = 0.8;

/** @param wished the app's option */
export function maxStepsOf(wished: number | undefined, atoms: number): number {
  return wished ?? Math.max(MAX_STEPS, MAX_STEPS_AN_ATOM * atoms);
}

/** Nothing new begins any more. What is under way ends, and what was done is undone: those steps are still written. */
export function isFull({ seq }: RunStatus, { maxSteps }: Pick<Limits, 'maxSteps'>): boolean {
  return seq >= maxSteps;
}

export function isLong({ seq }: RunStatus, { maxSteps }: Pick<Limits, 'maxSteps'>): boolean {
  return seq >= LONG * maxSteps;
}

const NOT_BEGUN = { name: 'NotBegunError', code: 'JOURNAL_FULL' } as const;

/** Of the task that would have been next. No retry is asked: trying again would take steps, too. */
export function notBegun({ creation, seq }: RunStatus): Failure {
  return { ...NOT_BEGUN, message: `it was not called, as ${describeFull(creation.key, creation.flow, seq)}`, permanent: true };
}

/** Whether this says that a task was not called: there is nothing to undo. */
export function wasNotBegun(failure: Failure | undefined): boolean {
  return failure?.name === NOT_BEGUN.name && failure.code === NOT_BEGUN.code;
}

/** For a task that would write on: `ctx.save`. */
export function journalFull({ creation, seq }: RunStatus): JournalFullError {
  return new JournalFullError(creation.key, creation.flow, seq);
}
