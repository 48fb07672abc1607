import type { RunFilter, RunPage } from '../persistence/index.js';
import type { Row, Statement } from './sql.js';
import { statement } from './statement.js';
import { ALIVE, SUMMARY_COLUMNS, summaryFrom, summaryOf } from './summaries.js';
import { isUuid } from './uuid.js';

const DEFAULT_PAGE = 100;

export interface ListRunsParams {
  /** Quoted. */
  readonly schema: string;
  readonly filter: RunFilter;
  readonly read: (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;
}

export async function listRuns({ schema, filter, read }: ListRunsParams): Promise<RunPage> {
  const { flow, states, ownerless, before, limit = DEFAULT_PAGE } = filter;
  if (before !== undefined && !isUuid(before)) return { runs: [] };
  const params: unknown[] = [];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const conditions = ['true'];
  if (flow !== undefined) conditions.push(`r.flow = ${param(flow)}`);
  if (states !== undefined) conditions.push(`r.state = any(${param(states)}::text[])`);
  // In these words, as the partial index has them: without SUCCESS, a page must not walk past a million runs that are done.
  if (states !== undefined && !states.includes('SUCCESS')) conditions.push(`r.state <> 'SUCCESS'`);
  if (ownerless === true) conditions.push(`not (${ALIVE})`);
  if (before !== undefined) conditions.push(`r.run_id < ${param(before)}::uuid`);
  const text = `select ${SUMMARY_COLUMNS} from ${summaryFrom(schema)} where ${conditions.join(' and ')}
    order by r.run_id desc limit ${param(limit + 1)}::int`;
  const runs = (await read(statement(text), params)).map(summaryOf);
  const page = runs.slice(0, limit);
  const last = page.at(-1);
  return runs.length > limit && last !== undefined ? { runs: page, next: last.runId } : { runs: page };
}
