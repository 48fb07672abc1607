import { type Logbook, type LogbookFilter, type LogbookPage, logbooksOrder } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { metadataOf } from './summaries.js';

/** What a logbook is called and carries; made if it is new. */
export function saveLogbook(schema: string): Statement {
  return statement(`insert into ${schema}.logbooks (name, metadata) values ($1, $2::json)
    on conflict (name) do update set metadata = excluded.metadata`);
}

export interface ListLogbooksParams {
  /** Quoted. */
  readonly schema: string;
  readonly filter: LogbookFilter;
  readonly read: (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;
}

/** @throws TypeError as `logbooksOrder` */
export async function listLogbooks({ schema, filter, read }: ListLogbooksParams): Promise<LogbookPage> {
  const { after, limit } = logbooksOrder(filter);
  const text = `select name, (extract(epoch from created_at) * 1000)::float8 as created_at_ms, metadata::text as metadata
    from ${schema}.logbooks where name > $1 order by name limit $2::int`;
  const logbooks = (await read(statement(text), [after, limit + 1])).map(logbookOf);
  const page = logbooks.slice(0, limit);
  const last = page.at(-1);
  return logbooks.length > limit && last !== undefined ? { logbooks: page, next: last.name } : { logbooks: page };
}

function logbookOf(row: Row): Logbook {
  return { name: String(row.name), createdAtMs: Number(row.created_at_ms), metadata: metadataOf(row.metadata) ?? {} };
}
