import type { RunInfo, RunsPage, RunsQuery } from '../../app/index.js';
import { systemClock } from '../../model/clock.js';
import type { Asked } from '../base/asked.js';
import { Refusal } from '../base/refusal.js';
import { type ListQuery, listQuery } from './query.js';

/** Runs as the page lists them. */
export interface ListedRuns extends RunsPage {
  /** The server's, in milliseconds since 1970. */
  readonly nowMs: number;
  /** A text was looked for in so many runs; where there are more, `next` goes on. */
  readonly searched?: number;
}

/** A text is looked for in so many runs for one answer: no store has an index for it. */
const MOST_SEARCHED = 5_000;
const PER_READ = 500;

/** `GET …/runs` */
export async function runsView({ app, query }: Asked): Promise<ListedRuns> {
  return { nowMs: systemClock.nowMs(), ...(await runsFor(app().app, listQuery(query))) };
}

/** A page of the runs that are asked for. @throws Refusal for what no list can be asked for */
export function runsFor(source: Source, wanted: ListQuery): Promise<Omit<ListedRuns, 'nowMs'>> {
  return wanted.text === undefined ? pageOf(source, wanted) : searched(source, wanted.text, wanted);
}

type Source = { runs(query: RunsQuery): Promise<RunsPage> };

async function searched(source: Source, text: string, { text: _, limit, ...query }: ListQuery): Promise<Omit<ListedRuns, 'nowMs'>> {
  const found: RunInfo[] = [];
  let [looked, { before }] = [0, query];
  while (looked < MOST_SEARCHED) {
    const page = await pageOf(source, { ...query, limit: Math.min(PER_READ, limit * 10), ...(before === undefined ? {} : { before }) });
    looked += page.runs.length;
    found.push(...page.runs.filter(({ id }) => id.toLowerCase().includes(text)));
    before = page.next;
    if (before === undefined || found.length >= limit) break;
  }
  return { runs: found, searched: looked, ...(before === undefined ? {} : { next: before }) };
}

/** @throws Refusal for what no list can be asked for */
async function pageOf(source: Source, query: RunsQuery): Promise<RunsPage> {
  try {
    return await source.runs(query);
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal(400, 'WRONG_QUERY', error.message);
    throw error;
  }
}
