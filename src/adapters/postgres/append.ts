import type { AppendItem, AppendResult } from '../../persistence/index.js';
import { type EncodedItem, encodeItem, formOf, paramsOf } from './append-params.js';
import { type AppendForm, appendStatement, isCounted } from './append-statements.js';
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
    const [only] = items;
    if (only !== undefined && items.length === 1) return [await this.#appendOne(only)];
    const encoded = items.map(encode);
    const distinct = new Set(items.map(({ entry }) => entry.runId)).size === items.length;
    const sendable = encoded.filter((one) => 'item' in one);
    const appended = distinct && sendable.length > 1 ? await this.#appendTogether(sendable) : undefined;
    if (appended === undefined) return this.#appendEach(items);
    return encoded.map((one) => ('kind' in one ? one : appended.has(one.item.entry.runId) ? OK : STALE));
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

  /** One after the other; when no answer comes to two of them, the trouble is not theirs, and the rest need not wait for it. */
  async #appendEach(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    const results: AppendResult[] = [];
    let unanswered = 0;
    for (const item of items) {
      const before = results.at(-1);
      const result = unanswered >= 2 && before !== undefined ? before : await this.#appendOne(item);
      unanswered = result.kind === 'unknown' && isLost(result.cause) ? unanswered + 1 : 0;
      results.push(result);
    }
    return results;
  }

  /** Sent again when no answer came: if the first try did its work, the next one meets its row and knows it. */
  async #appendOne(item: AppendItem): Promise<AppendResult> {
    const encoded = encode(item);
    if ('kind' in encoded) return encoded;
    const form = formOf([encoded]);
    const [text, params] = [this.#statement(form), paramsOf([encoded], form)];
    for (let attempt = 1; ; attempt++) {
      try {
        const written = isCounted(form) ? await this.#sql.change(text, params) : (await this.#sql.query(text, params)).length;
        return written > 0 ? OK : STALE;
      } catch (cause) {
        if (isTaken(cause)) return this.#whoseIsIt(item);
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

/** What can't be text is refused before anything is sent. */
function encode(item: AppendItem): EncodedItem | (AppendResult & { readonly kind: 'refused' }) {
  try {
    return encodeItem(item);
  } catch (cause) {
    return { kind: 'refused', cause };
  }
}
