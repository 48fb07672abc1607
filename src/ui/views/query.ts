import type { RunsQuery } from '../../app/index.js';
import { isWholeText } from '../../model/names.js';
import { RUN_STATES, type RunState } from '../../model/states.js';
import { Refusal } from '../base/refusal.js';

/** A page has so many runs, unless whoever asks wants fewer or more. */
const DEFAULT_LIMIT = 50;
const MOST = 200;

/** Which runs are asked for, by what stands in an address. */
export interface ListQuery extends RunsQuery {
  readonly limit: number;
  /** Only runs whose id has this text in it, in whatever case. */
  readonly text?: string;
}

/** @throws Refusal */
export function listQuery(query: URLSearchParams): ListQuery {
  const one = (name: string): string | undefined => textIn(query, name);
  const [flow, logbook, text, before] = [one('flow'), one('logbook'), one('text'), one('before')];
  const metadata = query.getAll('metadata').filter((pair) => pair !== '');
  if (before !== undefined && !/^[0-9a-f-]{36}$/.test(before)) throw wrong('before', 'the `next` of a page');
  return {
    limit: limitIn(query),
    ...{ ...(flow === undefined ? {} : { flow }), ...(logbook === undefined ? {} : { logbook }) },
    ...{ ...(text === undefined ? {} : { text: text.toLowerCase() }), ...(before === undefined ? {} : { before }) },
    ...(query.get('ownerless') === 'true' ? { ownerless: true } : {}),
    ...(query.has('state') ? { states: statesIn(query) } : {}),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata.map(pairIn)) }),
  };
}

/** What stands there, unless that is nothing. @throws Refusal for what no store can look for */
export function textIn(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) || undefined;
  if (text !== undefined && !isWholeText(text)) throw wrong(name, 'a text without NUL');
  return text;
}

/** @throws Refusal */
export function limitIn(query: URLSearchParams, usual = DEFAULT_LIMIT, most = MOST): number {
  const limit = Number(query.get('limit') ?? usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw wrong('limit', `a whole number from 1 to ${most}`);
  return limit;
}

/** The id of a run. @throws Refusal when there is none */
export function idIn(query: URLSearchParams): string {
  const id = query.get('id');
  if (id === null || id === '') throw wrong('id', 'the id of a run');
  return id;
}

export function wrong(name: string, must: string): Refusal {
  return new Refusal(400, 'WRONG_QUERY', `${name} must be ${must}`);
}

function statesIn(query: URLSearchParams): readonly RunState[] {
  const states = query.getAll('state').flatMap((one) => one.split(','));
  return states.map((state) => {
    const known = RUN_STATES.find((one) => one === state);
    if (known === undefined) throw wrong('state', `one of ${RUN_STATES.join(', ')}`);
    return known;
  });
}

function pairIn(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at < 1 || !isWholeText(pair)) throw wrong('metadata', 'name=text');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
