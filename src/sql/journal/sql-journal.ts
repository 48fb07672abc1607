import { PersistenceError, RunEndedError, RunNotFoundError, SignalsFullError } from '../../model/errors.js';
import { inWords } from '../../model/in-words.js';
import { isWholeText } from '../../model/names.js';
import {
  type AppendItem,
  type AppendResult,
  type Capabilities,
  type ClaimRunsParams,
  type ClaimRunsResult,
  type CreateRunParams,
  type CreateRunResult,
  checkLogbook,
  type GiveBackOptions,
  type Hints,
  type InboxMessage,
  type Journal,
  type LimitStore,
  type LoadedRun,
  type LoadOptions,
  type Logbook,
  type LogbookFilter,
  type LogbookPage,
  type PostedCounts,
  type PruneParams,
  type PruneResult,
  type RunFilter,
  type RunPage,
  type RunSummary,
  renewalMs,
  runStateWord,
  type ScheduleStore,
  type SlotStore,
  type TickParams,
  type TickResult,
} from '../../persistence/index.js';
import { Appender } from '../append/append.js';
import { RunCreator } from '../append/create-run.js';
import { messagesOf } from '../append/messages.js';
import { Oversize } from '../append/oversize.js';
import { Answers, CLOSING_MS } from '../client/answers.js';
import type { Connections } from '../client/connections.js';
import { readAgain } from '../client/read-again.js';
import type { Row, Statement } from '../client/sql.js';
import { asPersistenceError } from '../client/sql-errors.js';
import { isUuid } from '../client/uuid.js';
import { postedCountsOf } from '../read/claim-runs.js';
import { listLogbooks, saveLogbook } from '../read/list-logbooks.js';
import { listRuns } from '../read/list-runs.js';
import { RunLoader } from '../read/load-run.js';
import { pruneRuns } from '../read/prune-runs.js';
import { dueOf, dueParams } from '../read/schedules.js';
import { runsIn, summaries, summaryOf } from '../read/summaries.js';
import { takeParams, takeResultOf } from '../read/take-runs.js';
import { type MigrateParams, migrate, quoted } from '../schema/migrate.js';
import { LimitedClaims } from './limited-claims.js';
import { PlainClaims } from './plain-claims.js';
import { sideStores } from './side-stores.js';
import { SqlHints } from './sql-hints.js';
import { type JournalStatements, journalStatements, type TickForm } from './statements.js';

/** A renewal is missed when none came for so many times what it takes until the next: its statement takes its time, too. */
const RENEWALS = 1.5;
const SHORTEST_TICK_MS = 1_000;

const ignore = (): void => undefined;

export interface SqlJournalParams extends MigrateParams {
  readonly capabilities: Capabilities;
  /** Called by `open`. */
  readonly connect: () => Promise<Connections>;
  readonly maxStepBytes: number;
}

interface Parts extends Connections {
  readonly appender: Appender;
  readonly creator: RunCreator;
  readonly loader: RunLoader;
}

/** One engine's way to the tables of one schema. */
export class SqlJournal implements Journal {
  readonly capabilities: Capabilities;
  readonly hints?: Hints;
  readonly schedules: ScheduleStore;
  readonly limits: LimitStore;
  readonly slots: SlotStore;
  readonly #params: SqlJournalParams;
  readonly #statements: JournalStatements;
  readonly #limited: LimitedClaims;
  readonly #plain: PlainClaims;
  #opening: Promise<void> | undefined;
  /** From when there are some. */
  #connections: Connections | undefined;
  #parts: Parts | undefined;
  /** How long the lease of each owner is that renews it here. */
  readonly #leasesMs = new Map<string, number>();

  /** @throws TypeError when `maxStepBytes` is no number of bytes */
  constructor(params: SqlJournalParams) {
    const { maxStepBytes } = params;
    if (!(typeof maxStepBytes === 'number' && maxStepBytes > 0))
      throw new TypeError(`maxStepBytes is ${inWords(maxStepBytes)}: it must be a number of more than 0`);
    this.capabilities = params.capabilities;
    this.#params = params;
    this.#statements = journalStatements(quoted(params.schema));
    if (params.capabilities.multiProcess) this.hints = new SqlHints(params.schema, () => this.#opened());
    this.#limited = new LimitedClaims(quoted(params.schema));
    this.#plain = new PlainClaims({ statements: this.#statements, read: this.#read, readOnce: this.#readOnce });
    const beside = sideStores({ schema: quoted(params.schema), read: (statement, values) => this.#read(statement, values) });
    ({ schedules: this.schedules, limits: this.limits, slots: this.slots } = beside);
  }

  async open(): Promise<void> {
    this.#opening ??= this.#open();
    await this.#opening;
  }

  async createRun(params: CreateRunParams): Promise<CreateRunResult> {
    const { creator, appender } = this.#opened();
    const result = await creator.create(params);
    appender.begun(params.entry.runId);
    return result;
  }

  async createRunIn(transaction: unknown, params: CreateRunParams): Promise<CreateRunResult> {
    const { creator, within } = this.#opened();
    if (within === undefined) throw new TypeError('this journal takes no runs in transactions');
    const statements = within(transaction);
    return creator.createIn(statements, params, async (key) => {
      const [row] = await statements.query(this.#statements.findByKey, [key]);
      return row === undefined ? undefined : summaryOf(row);
    });
  }

  async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    return this.#opened().appender.append(items);
  }

  async appendIn(transaction: unknown, item: AppendItem): Promise<AppendResult> {
    const { appender, within } = this.#opened();
    if (within === undefined) throw new TypeError('this journal takes no entries in transactions');
    return appender.appendIn(within(transaction), item);
  }

  async load(runId: string, options: LoadOptions = {}): Promise<LoadedRun | undefined> {
    return isUuid(runId) ? this.#opened().loader.load(runId, options) : undefined;
  }

  async find(by: { readonly runId: string } | { readonly key: string }): Promise<RunSummary | undefined> {
    const byId = 'runId' in by;
    if (byId ? !isUuid(by.runId) : !isWholeText(by.key)) return undefined;
    const [row] = byId ? await this.#read(this.#statements.findById, [by.runId]) : await this.#read(this.#statements.findByKey, [by.key]);
    return row === undefined ? undefined : summaryOf(row);
  }

  async runs(filter: RunFilter): Promise<RunPage> {
    const schema = quoted(this.#params.schema);
    return listRuns({ schema, source: summaries(schema), filter, read: this.#read });
  }

  async saveLogbook(logbook: Pick<Logbook, 'name' | 'metadata'>): Promise<void> {
    checkLogbook(logbook);
    await this.#read(saveLogbook(quoted(this.#params.schema)), [logbook.name, JSON.stringify(logbook.metadata)]);
  }

  async logbooks(filter: LogbookFilter): Promise<LogbookPage> {
    return listLogbooks({ schema: quoted(this.#params.schema), filter, read: this.#read });
  }

  async send({ id, runId, kind, payload }: InboxMessage): Promise<void> {
    const text = payload === undefined ? null : JSON.stringify(payload);
    if (!isUuid(runId)) throw new RunNotFoundError(runId);
    const { send, signal } = this.#statements;
    const [row] = await (kind === 'signal' ? this.#read(signal, [runId, id, text]) : this.#read(send, [runId, id, kind, text]));
    if (row === undefined) throw new RunNotFoundError(runId);
    if (row.refused === true) throw new RunEndedError(String(row.key), runStateWord(runId, row.state));
    if (row.full === true) throw new SignalsFullError(String(row.key), Number(row.waiting));
  }

  async tick({ owner, leaseMs, nextMs = renewalMs(leaseMs), watch, take, due }: TickParams): Promise<TickResult> {
    const params = [owner, leaseMs, watch.filter(isUuid), RENEWALS * nextMs];
    // A renewal that takes longer than the lease is of no use.
    const waitMs = Math.max(leaseMs, SHORTEST_TICK_MS);
    const tick = (take: TickForm['take']) => ({ ...this.#statements.tick({ take, due: due !== undefined }), waitMs });
    // What was taken with a statement that gave no answer is found by the next one, which asks what this owner has.
    const [first, again] = take === undefined ? [tick('none')] : [tick(take.thorough ? 'thorough' : 'usual'), tick('thorough')];
    const more = [...(take === undefined ? [] : takeParams(take)), ...(due === undefined ? [] : dueParams(due))];
    const [row] = await this.#read(first, [...params, ...more], again);
    const isFirst = !this.#leasesMs.has(owner);
    this.#leasesMs.set(owner, leaseMs);
    const { locks, sql } = this.#opened();
    const kept = locks?.keep(owner, sql, row?.locked === true);
    // Whoever has begun a run is guarded; later, a lock that was lost is taken again beside the work.
    if (isFirst) await kept;
    const asked = due === undefined ? {} : { due: dueOf(row) };
    const found = { messages: messagesOf(row?.messages), watched: runsIn(row?.watched), nowMs: Number(row?.now_ms), ...asked };
    return take === undefined ? found : { ...found, take: takeResultOf(row, take) };
  }

  async claim(params: ClaimRunsParams): Promise<ClaimRunsResult> {
    return this.#limited.claim(params, (plain) => this.#plain.claim(plain), this.#readOnce);
  }

  async requeue(runId: string): Promise<boolean> {
    return isUuid(runId) && (await this.#read(this.#statements.requeue, [runId])).length > 0;
  }

  async postedCounts(flow?: string): Promise<PostedCounts> {
    const [row] = await this.#read(this.#statements.postedCounts, [flow ?? null]);
    return postedCountsOf(row);
  }

  async giveBack(owner: string, runIds: readonly string[], options: GiveBackOptions = {}): Promise<void> {
    const { atRest = false, delayMs = 0, counted = false } = options;
    await this.#read(this.#statements.giveBack, [owner, runIds.filter(isUuid), atRest, delayMs, counted]);
  }

  async release(owner: string): Promise<void> {
    this.#leasesMs.delete(owner);
    await this.#opened().locks?.drop(owner);
    await this.#read(this.#statements.release, [owner]);
  }

  async prune(params: PruneParams): Promise<PruneResult> {
    return pruneRuns({ schema: quoted(this.#params.schema), params, read: this.#read });
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    if (this.#connections === undefined) await opening?.catch(ignore);
    const [parts, connections] = [this.#parts, this.#connections];
    this.#parts = undefined;
    this.#connections = undefined;
    this.#opening = undefined;
    const owners = [...this.#leasesMs.keys()];
    this.#leasesMs.clear();
    const dropped = owners.map((owner) => parts?.locks?.drop(owner));
    if (parts !== undefined) await new Answers().within(CLOSING_MS, () => parts.appender.settled()).catch(ignore);
    await Promise.all(dropped);
    // An opening that is under way fails with its connections.
    await connections?.close();
    await opening?.catch(ignore);
  }

  async #open(): Promise<void> {
    const connections = await this.#connect();
    const { sql } = connections;
    const schema = quoted(this.#params.schema);
    const find = async (key: string, runId: string) => (await this.find({ key })) ?? (await this.find({ runId }));
    const oversize = new Oversize(sql, schema, this.#params.maxStepBytes);
    this.#parts = {
      ...connections,
      appender: new Appender({ schema, lanes: connections.lanes, own: connections.own, oversize }),
      creator: new RunCreator({ sql, schema, oversize, find, unleased: (owner) => this.#renew(owner) }),
      loader: new RunLoader(schema, summaries(schema), this.#read),
    };
  }

  async #connect(): Promise<Connections> {
    try {
      const connections = await this.#params.connect();
      this.#connections = connections;
      await migrate(connections.sql, this.#params);
      await connections.sql.query(this.#statements.forgetLeases, []);
      return connections;
    } catch (error) {
      const connections = this.#connections;
      this.#connections = undefined;
      this.#opening = undefined;
      await connections?.close();
      throw asPersistenceError(error);
    }
  }

  /** A lease that is gone although its time is not over: the table was emptied. Other processes must not take the owner for dead. */
  async #renew(owner: string): Promise<void> {
    const leaseMs = this.#leasesMs.get(owner);
    if (leaseMs === undefined) return;
    // The next tick does the same.
    await this.tick({ owner, leaseMs, watch: [] }).catch(ignore);
  }

  readonly #read = async (statement: Statement, params: readonly unknown[], again?: Statement): Promise<readonly Row[]> =>
    readAgain(this.#opened().sql, statement, params, again);

  /** Whoever asks looks thoroughly when there was no answer. */
  readonly #readOnce = (statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> =>
    this.#opened()
      .sql.query(statement, params)
      .catch((error) => Promise.reject(asPersistenceError(error)));

  #opened() {
    if (this.#parts === undefined) throw new PersistenceError('STORE_CLOSED', 'this journal is not open');
    return this.#parts;
  }
}
