import { PersistenceError } from '../../model/errors.js';
import { isWholeText } from '../../model/names.js';
import {
  type AppendItem,
  type AppendResult,
  type Capabilities,
  type Journal,
  type LimitStore,
  type LoadedRun,
  type LoadOptions,
  type LogbookFilter,
  type LogbookPage,
  type PostedCounts,
  type RunFilter,
  type RunPage,
  type RunSummary,
  readOnlyRefusal,
  type ScheduleStore,
  type TickParams,
  type TickResult,
} from '../../persistence/index.js';
import type { Connections } from '../client/connections.js';
import { readAgain } from '../client/read-again.js';
import type { Row, Statement } from '../client/sql.js';
import { asPersistenceError } from '../client/sql-errors.js';
import { statement } from '../client/statement.js';
import { isUuid } from '../client/uuid.js';
import { postedCountsOf, postedCountsText } from '../read/claim-runs.js';
import { sqlLimits } from '../read/limits.js';
import { listLogbooks } from '../read/list-logbooks.js';
import { listRuns } from '../read/list-runs.js';
import { RunLoader } from '../read/load-run.js';
import { sqlSchedules } from '../read/schedules.js';
import { type SummarySource, summariesOfStandby, summaryOf } from '../read/summaries.js';
import { migrate, quoted } from '../schema/migrate.js';
import { type FindStatements, findStatements } from './statements.js';

export interface SqlReaderParams {
  readonly schema: string;
  readonly capabilities: Capabilities;
  /** Called by `open`. */
  readonly connect: () => Promise<Connections>;
}

const ignore = (): void => undefined;
const refuse = (): Promise<never> => Promise.reject(readOnlyRefusal());

/** The tables of one schema for whoever only looks: on a standby, or as a role that may do no more. */
export class SqlReader implements Journal {
  readonly capabilities: Capabilities;
  readonly #params: SqlReaderParams;
  readonly #schema: string;
  readonly #source: SummarySource;
  readonly #statements: FindStatements & { readonly watched: Statement };
  readonly #loader: RunLoader;
  #opening: Promise<void> | undefined;
  /** From when there are some. */
  #connections: Connections | undefined;

  constructor(params: SqlReaderParams) {
    this.capabilities = { ...params.capabilities, transactional: false, readOnly: true };
    this.#params = params;
    this.#schema = quoted(params.schema);
    this.#source = summariesOfStandby(this.#schema);
    this.#loader = new RunLoader(this.#schema, this.#source, this.#read);
    const { columns, from } = this.#source;
    const watched = statement(`select ${columns} from ${from} where r.run_id = any($1::uuid[])`);
    this.#statements = { ...findStatements(this.#source), watched };
    this.schedules = { ...sqlSchedules({ schema: this.#schema, read: this.#read }), declare: refuse, change: refuse, remove: refuse };
    this.limits = { ...sqlLimits({ schema: this.#schema, read: this.#read }), set: refuse, reset: refuse };
  }

  async open(): Promise<void> {
    this.#opening ??= this.#open();
    await this.#opening;
  }

  async find(by: { readonly runId: string } | { readonly key: string }): Promise<RunSummary | undefined> {
    const byId = 'runId' in by;
    if (byId ? !isUuid(by.runId) : !isWholeText(by.key)) return undefined;
    const { findById, findByKey } = this.#statements;
    const [row] = byId ? await this.#read(findById, [by.runId]) : await this.#read(findByKey, [by.key]);
    return row === undefined ? undefined : summaryOf(row);
  }

  async runs(filter: RunFilter): Promise<RunPage> {
    return listRuns({ schema: this.#schema, source: this.#source, filter, read: this.#read });
  }

  async load(runId: string, options: LoadOptions = {}): Promise<LoadedRun | undefined> {
    return isUuid(runId) ? this.#loader.load(runId, options) : undefined;
  }

  async logbooks(filter: LogbookFilter): Promise<LogbookPage> {
    return listLogbooks({ schema: this.#schema, filter, read: this.#read });
  }

  /** There is no lease to renew: brings the news of runs that a caller waits for. */
  async tick({ watch }: TickParams): Promise<TickResult> {
    const runIds = watch.filter(isUuid);
    const rows = runIds.length === 0 ? [] : await this.#read(this.#statements.watched, [runIds]);
    return { messages: [], watched: rows.map(summaryOf) };
  }

  /** What is asked of each is its own. */
  async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    return items.map(() => ({ kind: 'unknown', cause: readOnlyRefusal() }));
  }

  readonly schedules: ScheduleStore;
  readonly limits: LimitStore;
  readonly createRun = refuse;
  readonly saveLogbook = refuse;
  readonly send = refuse;
  readonly prune = refuse;
  readonly claim = refuse;
  readonly requeue = refuse;

  async postedCounts(flow?: string): Promise<PostedCounts> {
    const [row] = await this.#read(statement(postedCountsText(quoted(this.#params.schema))), [flow ?? null]);
    return postedCountsOf(row);
  }

  /** Nothing was taken here. */
  async giveBack(): Promise<void> {}
  async release(): Promise<void> {}

  async close(): Promise<void> {
    const opening = this.#opening;
    if (this.#connections === undefined) await opening?.catch(ignore);
    const connections = this.#connections;
    this.#connections = undefined;
    this.#opening = undefined;
    await connections?.close();
    await opening?.catch(ignore);
  }

  async #open(): Promise<void> {
    try {
      const connections = await this.#params.connect();
      this.#connections = connections;
      await migrate(connections.sql, { schema: this.#params.schema, migrate: false });
    } catch (error) {
      const connections = this.#connections;
      this.#connections = undefined;
      this.#opening = undefined;
      await connections?.close();
      throw asPersistenceError(error);
    }
  }

  readonly #read = async (statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> => {
    if (this.#connections === undefined) throw new PersistenceError('STORE_CLOSED', 'this journal is not open');
    return readAgain(this.#connections.sql, statement, params);
  };
}
