import { InvalidInputError, PersistenceError, TransactionError } from '../../model/errors.js';
import { messageOf } from '../../model/in-words.js';
import { isEnded } from '../../model/states.js';
import { type CreateRunParams, type CreateRunResult, checkRunNames, encodeTransitions, type RunSummary } from '../../persistence/index.js';
import type { Row, Sql, Statement, Statements } from '../client/sql.js';
import { asPersistenceError, isElsewhere, isRefused, isWorthSending, mayPass } from '../client/sql-errors.js';
import { statement } from '../client/statement.js';
import { wakeTimeOf } from './append-params.js';
import { type FiringParts, firingParams, firingParts } from './firing.js';
import type { Oversize } from './oversize.js';

export interface RunCreatorParams {
  readonly sql: Sql;
  readonly schema: string;
  readonly oversize: Oversize;
  /** The run that has this key or, as ids don't repeat, this id. */
  readonly find: (key: string, runId: string) => Promise<RunSummary | undefined>;
  /** Called with the owner of a run that was created, if the store has no lease of that owner. */
  readonly unleased: (owner: string) => Promise<void>;
}

/**
 * Shapes are small in number and large in text: one that was stored is not sent again. The statement that writes a run
 * makes sure that it is still there: tables may have been emptied, or restored from a backup, while this process lived.
 */
const MAX_KNOWN = 1_000;
const MAX_TRIES = 3;

export class RunCreator {
  readonly #params: RunCreatorParams;
  readonly #insert: Statement;
  readonly #keepShape: Statement;
  /** Of a run of a flow with limits. */
  readonly #insertCounted: Statement;
  /** The same, with {@link firingParams} behind the others; the key is null where the flow has no limits. */
  readonly #fire: Statement;
  readonly #known = new Set<string>();

  constructor(params: RunCreatorParams) {
    this.#params = params;
    const { schema } = params;
    this.#keepShape = statement(
      `insert into ${schema}.shapes (fingerprint, atoms, manifest) values ($1, $2::json, $3::json) on conflict do nothing`,
    );
    this.#insert = statement(creationText(schema));
    this.#insertCounted = statement(creationText(schema, { counted: true }));
    this.#fire = statement(creationText(schema, { counted: true, firing: firingParts(schema, CREATION_PARAMS + 2) }));
  }

  /**
   * @throws InvalidInputError when the database can't keep what the run begins with, or it is too large.
   * @throws PersistenceError `STORE_SCHEMA`, `STORE_REFUSED`: what does not pass
   */
  async create(run: CreateRunParams): Promise<CreateRunResult> {
    const { key, entry, shape, flow } = run;
    checkRunNames(run);
    const text = encodeTransitions(entry.transitions);
    this.#params.oversize.checkBeginning(flow, entry, text);
    for (let attempt = 1; ; attempt++) {
      try {
        const rows = await this.#send(run, text);
        if (rows.length > 0 && rows[0]?.begun !== false) return await this.#created(run, rows);
        if (rows[0]?.is_overlap === true) return { kind: 'unfired', why: 'overlap' };
        const there = await this.#params.find(key, entry.runId);
        // After a lost answer the run that is there is the one that the first try made.
        if (there !== undefined) return attempt > 1 && there.runId === entry.runId ? this.#created(run) : { kind: 'exists', run: there };
        if (run.firing !== undefined) return { kind: 'unfired', why: 'stale' };
        // No run has the key: the shape that was stored is gone.
        this.#known.delete(shape.fingerprint);
        if (attempt >= MAX_TRIES) return { kind: 'unknown', cause: new Error(`the key '${key}' is taken and free by turns`) };
      } catch (cause) {
        if (isRefused(cause)) throw refused(run, cause);
        if (isWorthSending(cause, attempt)) continue;
        if (mayPass(cause)) return { kind: 'unknown', cause };
        throw asPersistenceError(cause);
      }
    }
  }

  /**
   * Once, in a transaction of the user's, which any error would end: that is the user's to roll back then.
   *
   * @throws InvalidInputError, PersistenceError; TransactionError `OTHER_DATABASE`
   */
  async createIn(
    transaction: Statements,
    run: CreateRunParams,
    findIn: (key: string) => Promise<RunSummary | undefined>,
  ): Promise<CreateRunResult> {
    const { entry, flow, key, shape } = run;
    checkRunNames(run);
    const text = encodeTransitions(entry.transitions);
    this.#params.oversize.checkBeginning(flow, entry, text);
    try {
      await this.#keepBefore(shape);
      // Sent with the run all the same: the tables may have been emptied.
      this.#known.delete(shape.fingerprint);
      if ((await this.#send(run, text, transaction)).length > 0) return { kind: 'created' };
      const there = await findIn(key);
      if (there !== undefined) return { kind: 'exists', run: there };
    } catch (cause) {
      if (isRefused(cause)) throw refused(run, cause);
      throw isElsewhere(cause) ? new TransactionError('OTHER_DATABASE', key) : asPersistenceError(cause);
    }
    throw new PersistenceError(
      'STORE_REFUSED',
      `the id '${key}' is taken by a run that this transaction does not see: it has to be READ COMMITTED`,
    );
  }

  /** By itself: a transaction that is the first to keep a shape would let all others wait for its end that begin such a run. */
  async #keepBefore({ fingerprint, atoms, manifest }: CreateRunParams['shape']): Promise<void> {
    if (this.#known.has(fingerprint)) return;
    await this.#params.sql.query(this.#keepShape, [fingerprint, JSON.stringify(atoms), JSON.stringify(manifest)]);
  }

  async #send(run: CreateRunParams, transitions: string, sql: Statements = this.#params.sql): Promise<readonly Row[]> {
    const { entry, key, flow, version, inputsHash, state, owner, shape, logbook, metadata } = run;
    const { wakeAtMs, delayMs = null, priority = 0, limitKey, firing } = run;
    const { runId, atMs, writer, seq, epoch, format, kind, stepId } = entry;
    // A firing is not tried again: its schedule has moved on with it.
    const isKnown = firing === undefined && this.#known.has(shape.fingerprint);
    const [atoms, manifest] = isKnown ? [null, null] : [JSON.stringify(shape.atoms), JSON.stringify(shape.manifest)];
    const summary = [runId, key, flow, version, shape.fingerprint, inputsHash, state, owner, atMs, isEnded(state)];
    const grouping = [logbook ?? null, metadata === undefined ? null : JSON.stringify(metadata)];
    const first = [writer, seq, epoch, format, kind, stepId, transitions];
    const values = [...summary, atoms, manifest, ...first, ...grouping, wakeTimeOf(wakeAtMs), delayMs, priority];
    if (firing !== undefined) return sql.query(this.#fire, [...values, limitKey ?? null, ...firingParams(firing)]);
    return limitKey === undefined ? sql.query(this.#insert, values) : sql.query(this.#insertCounted, [...values, limitKey]);
  }

  async #created({ shape, owner }: CreateRunParams, rows: readonly Row[] = []): Promise<CreateRunResult> {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(shape.fingerprint);
    if (owner !== null && rows[0]?.leased === false) await this.#params.unleased(owner);
    return { kind: 'created' };
  }
}

const CREATION_PARAMS = 24;

interface CreationForm {
  /** Whether the flow has limits: its key of them is behind the other parameters. */
  readonly counted?: boolean;
  /** What else the run begins with, and whether it does. */
  readonly firing?: FiringParts;
}

function creationText(schema: string, { counted = false, firing }: CreationForm = {}): string {
  return `with ${firing === undefined ? '' : `${firing.before},\n      `}r as (
        insert into ${schema}.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, owner, created_at, ended_at, logbook, metadata, needs, wake_at, priority, delayed${counted ? ', limit_key' : ''})
        select $1::uuid, $2, $3, $4::int, $5, $6, $7, $8::uuid, to_timestamp($9::float8 / 1000), case when $10 then to_timestamp($9::float8 / 1000) end, $20, $21::json, $16::smallint,
            case when $8::uuid is not null or $7 <> 'PENDING' then to_timestamp($22::float8 / 1000)
              when $23::float8 is null then greatest(to_timestamp($22::float8 / 1000), case when $22::float8 is not null then statement_timestamp() end)
              else statement_timestamp() + $23::float8 * interval '1 millisecond' end,
            $24::smallint, $7 = 'PENDING' and (coalesce($23::float8 > 0, false) or coalesce(to_timestamp($22::float8 / 1000) > statement_timestamp(), false))${counted ? `, $${CREATION_PARAMS + 1}` : ''}
          where ($11::json is not null or exists (select from ${schema}.shapes where fingerprint = $5))${firing === undefined ? '' : ` and ${firing.fires}`}
        on conflict do nothing returning run_id),
      h as (insert into ${schema}.shapes (fingerprint, atoms, manifest) select $5, $11::json, $12::json from r where $11 is not null on conflict do nothing),
      j as (insert into ${schema}.journal (run_id, writer, at, seq, epoch, format, kind, step_id, transitions)
        select run_id, $13::uuid, to_timestamp($9::float8 / 1000), $14::int, $15::int, $16::smallint, $17, decode($18, 'hex'), $19::json from r),
      b as (insert into ${schema}.logbooks (name, created_at, metadata)
        select $20, to_timestamp($9::float8 / 1000), '{}'::json from r where $20 is not null on conflict do nothing),
      m as (insert into ${schema}.run_metadata (name, value, run_id) select e.key, e.value, r.run_id from r, json_each_text($21::json) e)
      select $8::uuid is null or exists (select from ${schema}.leases where owner = $8::uuid) as leased${firing === undefined ? ' from r' : firing.result}`;
}

function refused({ flow, key }: CreateRunParams, cause: unknown): InvalidInputError {
  const text = messageOf(cause);
  return new InvalidInputError(flow, [{ path: '', message: `PostgreSQL can't keep the run ${JSON.stringify(key)}: ${text}` }]);
}
