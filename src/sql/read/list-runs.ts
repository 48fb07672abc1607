import { PersistenceError } from '../../model/errors.js';
import { isEnded, RUN_STATES } from '../../model/states.js';
import { canBeFound, type RunFilter, type RunPage, type RunsOrder, runsOrder } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { type SummarySource, summaryOf } from './summaries.js';

export interface ListRunsParams {
  /** Quoted. */
  readonly schema: string;
  readonly source: SummarySource;
  readonly filter: RunFilter;
  readonly read: (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;
}

/** @throws TypeError as `runsOrder`; PersistenceError `STORE_READ_ONLY` when it is asked for what `source` does not tell */
export async function listRuns({ schema, source, filter, read }: ListRunsParams): Promise<RunPage> {
  const order = runsOrder(filter);
  if (!canBeFound(order)) return { runs: [] };
  const { limit } = order;
  const { text, params } = pageOf(schema, source, order);
  const runs = (await read(statement(text), params)).map(summaryOf);
  const page = runs.slice(0, limit);
  const last = page.at(-1);
  return runs.length > limit && last !== undefined ? { runs: page, next: last.runId } : { runs: page };
}

/**
 * A statement that reads about a page, however many runs there are and whatever the planner believes of them: the primary
 * key has the order of every list, and walking it for something rare would be a walk through everything. So each filter
 * has an order that only its own index has.
 */
function pageOf(schema: string, source: SummarySource, order: RunsOrder): { readonly text: string; readonly params: readonly unknown[] } {
  const { flow, states, logbook, metadata = {}, ownerless, before, limit } = order;
  const params: unknown[] = [];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const conditions = ['true'];
  if (flow !== undefined) conditions.push(`r.flow = ${param(flow)}`);
  if (logbook !== undefined) conditions.push(`r.logbook = ${param(logbook)}`);
  if (ownerless === true) conditions.push(`not (${aliveIn(source)})`);
  const [pair, ...pairs] = Object.entries(metadata).map(([name, value]) => `m.name = ${param(name)} and m.value = ${param(value)}`);
  for (const one of pairs) conditions.push(`exists (select from ${schema}.run_metadata m where ${one} and m.run_id = r.run_id)`);
  const end = before === undefined ? undefined : `${param(before)}::uuid`;
  const rows = param(limit + 1);
  const select = (...more: readonly string[]) =>
    `select ${source.columns} from ${source.from} where ${[...conditions, ...more].join(' and ')}`;
  if (pair === undefined && (flow !== undefined || logbook !== undefined || (states !== undefined && ownerless !== true))) {
    // A page of each state, of which one is made.
    const rest = end === undefined ? [] : [`uuid_send(r.run_id) < uuid_send(${end})`];
    const each = `${select('r.state = s.state', ...rest)} order by uuid_send(r.run_id) desc limit ${rows}::int`;
    const wanted = param([...new Set(states ?? RUN_STATES)]);
    const text = `select x.* from unnest(${wanted}::text[]) s(state) cross join lateral (${each}) x order by x.run_id::uuid desc limit ${rows}::int`;
    return { text, params };
  }
  if (states !== undefined) conditions.push(`r.state = any(${param(states)}::text[])`);
  // In the words of the partial index.
  if (states !== undefined && !states.some(isEnded)) conditions.push('r.ended_at is null');
  if (pair === undefined) {
    const rest = end === undefined ? [] : [`r.run_id < ${end}`];
    return { text: `${select(...rest)} order by r.run_id desc limit ${rows}::int`, params };
  }
  // `offset 0` keeps the planner from turning it around.
  const rest = end === undefined ? '' : ` and m.run_id < ${end}`;
  const found = `select m.run_id from ${schema}.run_metadata m where ${pair}${rest} order by m.run_id desc offset 0`;
  const text = `select x.* from (${found}) f cross join lateral (${select('r.run_id = f.run_id')} offset 0) x order by f.run_id desc limit ${rows}::int`;
  return { text, params };
}

function aliveIn({ alive }: SummarySource): string {
  if (alive !== undefined) return alive;
  throw new PersistenceError(
    'STORE_READ_ONLY',
    'ownerless: who is alive is not known where runs are only read (readOnly: true): ask an app whose store is the primary',
  );
}
