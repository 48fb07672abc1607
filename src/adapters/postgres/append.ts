import type { AppendItem, AppendResult } from '../../persistence/index.js';
import { type EncodedItem, encodeItem, formOf, paramsOf } from './append-params.js';
import { type AppendForm, appendStatement } from './append-statements.js';
import type { Sql, Statement } from './sql.js';
import { isLost, isPassing, isRefused, isTaken, MAX_SENDS } from './sql-errors.js';
import { statement } from './statement.js';

const OK: AppendResult = { kind: 'ok' };
const MINE: AppendResult = { kind: 'mine' };
const STALE: AppendResult = { kind: 'stale' };

/** Appends to the journal of one schema. */
export class Appender {
  readonly #sql: Sql;
  readonly #schema: string;
  readonly #statements = new Map<string, Statement>();
  readonly #whose: Statement;

  constructor(sql: Sql, schema: string) {
    this.#sql = sql;
    this.#schema = schema;
    this.#whose = statement(
      `select writer::text as writer, encode(step_id, 'hex') as step_id from ${schema}.journal where run_id = $1::uuid and seq = $2::int`,
    );
  }

  async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    const results = new Map<AppendItem, AppendResult>();
    const encoded: EncodedItem[] = [];
    for (const item of items) {
      try {
        encoded.push(encodeItem(item));
      } catch (cause) {
        results.set(item, { kind: 'refused', cause });
      }
    }
    for (const [item, result] of await this.#appendEncoded(encoded)) results.set(item, result);
    return items.map((item) => results.get(item) as AppendResult);
  }

  async #appendEncoded(items: readonly EncodedItem[]): Promise<ReadonlyMap<AppendItem, AppendResult>> {
    const together = items.length > 1 && new Set(items.map(({ item }) => item.entry.runId)).size === items.length;
    if (together) {
      const appended = await this.#appendTogether(items);
      if (appended !== undefined) return new Map(items.map(({ item }) => [item, appended.has(item.entry.runId) ? OK : STALE]));
    }
    const results = new Map<AppendItem, AppendResult>();
    for (const one of items) results.set(one.item, await this.#appendOne(one));
    return results;
  }

  /** The runs that were appended to; nothing when the statement failed, and each item is to be tried for itself. */
  async #appendTogether(items: readonly EncodedItem[]): Promise<ReadonlySet<unknown> | undefined> {
    // Two batches that lock the same keys in different order would wait for each other.
    const sorted = [...items].sort((a, b) => (a.item.entry.runId < b.item.entry.runId ? -1 : 1));
    const form = formOf(sorted);
    try {
      const rows = await this.#sql.query(this.#statement(form), paramsOf(sorted, form));
      return new Set(rows.map((row) => row.run_id));
    } catch {
      return undefined;
    }
  }

  /** Sent again when no answer came: if the first try did its work, the next one meets its row and knows it. */
  async #appendOne(one: EncodedItem): Promise<AppendResult> {
    const form = formOf([one]);
    for (let attempt = 1; ; attempt++) {
      try {
        const rows = await this.#sql.query(this.#statement(form), paramsOf([one], form));
        return rows.length > 0 ? OK : STALE;
      } catch (cause) {
        if (isTaken(cause)) return this.#whoseIsIt(one.item);
        if (isRefused(cause)) return { kind: 'refused', cause };
        if (attempt >= MAX_SENDS || !(isLost(cause) || isPassing(cause))) return { kind: 'unknown', cause };
      }
    }
  }

  async #whoseIsIt({ entry }: AppendItem): Promise<AppendResult> {
    try {
      const [row] = await this.#sql.query(this.#whose, [entry.runId, entry.seq]);
      return row?.writer === entry.writer && row.step_id === entry.stepId ? MINE : STALE;
    } catch (cause) {
      return { kind: 'unknown', cause };
    }
  }

  #statement(form: AppendForm): Statement {
    const key = `${form.rows} ${form.changes} ${form.relaxed}`;
    const known = this.#statements.get(key) ?? appendStatement(this.#schema, form);
    this.#statements.set(key, known);
    return known;
  }
}
