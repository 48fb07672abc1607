import { inWords } from '../../model/in-words.js';
import { isWholeText, shownName } from '../../model/names.js';
import { RUN_STATES, type RunState } from '../../model/states.js';
import type { LogbookFilter, RunFilter } from './journal.js';

/** So many come at most with one page: for more there is the next one. */
const MAX_PAGE = 10_000;
const DEFAULT_PAGE = 100;
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A filter with everything said that every store needs. */
export type RunsOrder = RunFilter & Required<Pick<RunFilter, 'limit'>>;

/**
 * Judges what is asked of a list of runs, alike for every store, and fills in the defaults.
 * @throws TypeError which says what is wrong
 */
export function runsOrder({ limit = DEFAULT_PAGE, ...filter }: RunFilter): RunsOrder {
  checkLimit(limit);
  checkCursor('before', filter.before);
  checkWhich(filter);
  for (const state of listOf('states', filter.states)) checkState(state);
  if (filter.metadata !== undefined) checkPairs(filter.metadata);
  if (filter.ownerless !== undefined && typeof filter.ownerless !== 'boolean') throw wrong('ownerless', filter.ownerless, 'true or false');
  return { limit, ...filter };
}

export type LogbooksOrder = Required<LogbookFilter>;

/** The same of a list of logbooks. @throws TypeError */
export function logbooksOrder({ limit = DEFAULT_PAGE, after = '' }: LogbookFilter): LogbooksOrder {
  checkLimit(limit);
  if (!isWholeText(after)) throw wrong('after', after, 'the `next` of the page before');
  return { limit, after };
}

/** @throws TypeError */
export function checkLimit(limit: unknown): void {
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > MAX_PAGE)
    throw wrong('limit', limit, `an integer from 1 to ${MAX_PAGE}`);
}

/** @param cursor the last run of the page or batch before. @throws TypeError */
export function checkCursor(name: 'before' | 'after', cursor: unknown): void {
  if (cursor !== undefined && !(typeof cursor === 'string' && RUN_ID.test(cursor)))
    throw wrong(name, cursor, 'the `next` of the page before');
}

/** @throws TypeError when a flow or a logbook is asked for by what is no name. One that none can have is not found. */
export function checkWhich({ flow, logbook }: { readonly flow?: unknown; readonly logbook?: unknown }): void {
  if (flow !== undefined && typeof flow !== 'string') throw wrong('flow', flow, 'the name of a flow');
  if (logbook !== undefined && typeof logbook !== 'string') throw wrong('logbook', logbook, 'the name of a logbook');
}

/** @throws TypeError */
export function listOf(name: string, list: unknown = []): readonly unknown[] {
  if (!Array.isArray(list)) throw wrong(name, list, 'a list');
  return list;
}

function checkState(state: unknown): void {
  if (!RUN_STATES.includes(state as RunState)) throw wrong('one of states', state, `one of ${RUN_STATES.join(', ')}`);
}

function checkPairs(metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw wrong('metadata', metadata, 'an object of names and texts');
  for (const [name, value] of Object.entries(metadata))
    if (typeof value !== 'string') throw wrong(`metadata.${shownName(name)}`, value, 'a text');
}

function wrong(name: string, given: unknown, wanted: string): TypeError {
  return new TypeError(`${name} is ${inWords(given)}: it must be ${wanted}`);
}
