import { InvalidInputError } from '../../model/errors.js';
import { messageOf } from '../../model/in-words.js';
import { isEnded } from '../../model/states.js';
import { type CreateRunParams, type CreateRunResult, checkRunNames, encodeTransitions, type RunSummary } from '../../persistence/index.js';
import type { Row, Sql, Statement } from '../client/sql.js';
import { asPersistenceError, isRefused, isWorthSending, mayPass } from '../client/sql-errors.js';
import { statement } from '../client/statement.js';
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
  readonly #known = new Set<string>();

  constructor(params: RunCreatorParams) {
    this.#params = params;
    const { schema } = params;
    this.#insert = statement(`with r as (
        insert into ${schema}.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, owner, created_at, ended_at, logbook, metadata, needs)
        select $1::uuid, $2, $3, $4::int, $5, $6, $7, $8::uuid, to_timestamp($9::float8 / 1000), case when $10 then to_timestamp($9::float8 / 1000) end, $20, $21::json, $16::smallint
          where $11::json is not null or exists (select from ${schema}.shapes where fingerprint = $5)
        on conflict do nothing returning run_id),
      h as (insert into ${schema}.shapes (fingerprint, atoms, manifest) select $5, $11::json, $12::json from r where $11 is not null on conflict do nothing),
      j as (insert into ${schema}.journal (run_id, writer, at, seq, epoch, format, kind, step_id, transitions)
        select run_id, $13::uuid, to_timestamp($9::float8 / 1000), $14::int, $15::int, $16::smallint, $17, decode($18, 'hex'), $19::json from r),
      b as (insert into ${schema}.logbooks (name, created_at, metadata)
        select $20, to_timestamp($9::float8 / 1000), '{}'::json from r where $20 is not null on conflict do nothing),
      m as (insert into ${schema}.run_metadata (name, value, run_id) select e.key, e.value, r.run_id from r, json_each_text($21::json) e)
      select $8::uuid is null or exists (select from ${schema}.leases where owner = $8::uuid) as leased from r`);
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
        if (rows.length > 0) return await this.#created(run, rows);
        const there = await this.#params.find(key, entry.runId);
        // After a lost answer the run that is there is the one that the first try made.
        if (there !== undefined) return attempt > 1 && there.runId === entry.runId ? this.#created(run) : { kind: 'exists', run: there };
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

  async #send(run: CreateRunParams, transitions: string): Promise<readonly Row[]> {
    const { entry, key, flow, version, inputsHash, state, owner, shape, logbook, metadata } = run;
    const { runId, atMs, writer, seq, epoch, format, kind, stepId } = entry;
    const isKnown = this.#known.has(shape.fingerprint);
    const [atoms, manifest] = isKnown ? [null, null] : [JSON.stringify(shape.atoms), JSON.stringify(shape.manifest)];
    const summary = [runId, key, flow, version, shape.fingerprint, inputsHash, state, owner, atMs, isEnded(state)];
    const grouping = [logbook ?? null, metadata === undefined ? null : JSON.stringify(metadata)];
    const first = [writer, seq, epoch, format, kind, stepId, transitions];
    return this.#params.sql.query(this.#insert, [...summary, atoms, manifest, ...first, ...grouping]);
  }

  async #created({ shape, owner }: CreateRunParams, rows: readonly Row[] = []): Promise<CreateRunResult> {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(shape.fingerprint);
    if (owner !== null && rows[0]?.leased === false) await this.#params.unleased(owner);
    return { kind: 'created' };
  }
}

function refused({ flow, key }: CreateRunParams, cause: unknown): InvalidInputError {
  const said = messageOf(cause);
  return new InvalidInputError(flow, [{ path: '', message: `PostgreSQL can't keep the run ${JSON.stringify(key)}: ${said}` }]);
}
