import { TransactionError } from '../../model/errors.js';
import type { AppendResult } from '../../persistence/index.js';
import type { Row, Statement, Statements } from '../client/sql.js';
import { isBlocked, isElsewhere, isLost, isRefused, isTaken, isWorthSending } from '../client/sql-errors.js';
import { statement } from '../client/statement.js';
import { type EncodedItem, formOf, paramsOf } from './append-params.js';
import { type AppendForm, appendStatement, isCounted } from './append-statements.js';
import { messagesOf } from './messages.js';

const OK: AppendResult = { kind: 'ok' };
const MINE: AppendResult = { kind: 'mine' };
const STALE: AppendResult = { kind: 'stale' };

export interface StepWriterParams {
  /** Quoted. */
  readonly schema: string;
  readonly hurries: AppendForm['hurries'];
}

/** Writes steps of different runs with one statement, and finds out what became of each. */
export class StepWriter {
  readonly #schema: string;
  readonly #hurries: boolean;
  readonly #statements = new Map<string, Statement>();
  readonly #whose: Statement;
  readonly #knows: Statement;

  constructor({ schema, hurries }: StepWriterParams) {
    this.#schema = schema;
    this.#hurries = hurries;
    this.#whose = statement(`select j.run_id::text as run_id, j.writer::text as writer, encode(j.step_id, 'hex') as step_id
      from unnest($1::uuid[], $2::int[]) i(run_id, seq) join ${schema}.journal j on j.run_id = i.run_id and j.seq = i.seq`);
    this.#knows = statement(`select from ${schema}.runs where run_id = $1::uuid`);
  }

  /** Sent again when no answer came: if the first try did its work, the next one meets its row and knows it. */
  async one(lane: Statements, item: EncodedItem): Promise<AppendResult> {
    const form = { ...formOf([item]), hurries: this.#hurries };
    const [text, params] = [this.#statement(form), paramsOf([item], form)];
    for (let sends = 1; ; sends++) {
      try {
        if (isCounted(form)) return (await lane.change(text, params)) > 0 ? OK : STALE;
        const rows = await lane.query(text, params);
        return rows.length > 0 ? written(rows)(item) : STALE;
      } catch (cause) {
        if (isTaken(cause)) return this.#whoseOne(lane, item);
        if (isRefused(cause)) return { kind: 'refused', cause };
        // Whoever is in its way stays there: others need the lane meanwhile.
        if (isBlocked(cause) || !isWorthSending(cause, sends)) return { kind: 'unknown', cause };
      }
    }
  }

  /** Results in the order of the items; nothing when one of them stands in the way of all, and each is to be sent for itself. */
  async many(lane: Statements, items: readonly EncodedItem[]): Promise<readonly AppendResult[] | undefined> {
    // Two statements that lock the same keys in different order would wait for each other.
    const sorted = [...items].sort((a, b) => (a.item.entry.runId < b.item.entry.runId ? -1 : 1));
    let form = { ...formOf(sorted), hurries: this.#hurries };
    const params = paramsOf(sorted, form);
    for (let sends = 1; ; ) {
      try {
        const rows = await lane.query(this.#statement(form), params);
        const there = new Set(rows.map((row) => row.run_id));
        const ok = written(rows);
        if (there.size === items.length) return items.map(ok);
        const missing = items.filter(({ item }) => !there.has(item.entry.runId));
        // Where no place was taken, the guard has left them out.
        const others = form.skips ? await this.#whoseAre(lane, missing) : undefined;
        return items.map((one) => (there.has(one.item.entry.runId) ? ok(one) : (others?.get(one) ?? STALE)));
      } catch (cause) {
        if (isTaken(cause) && !form.skips) form = { ...form, skips: true };
        else if (!isLost(cause)) return undefined;
        else if (!isWorthSending(cause, sends++)) return items.map(() => ({ kind: 'unknown', cause }));
      }
    }
  }

  /**
   * In a transaction of the user's, which any error would end: a place that is taken is left alone. How long to wait for
   * others, and whether for the disk, is what that transaction says.
   */
  async within(transaction: Statements, item: EncodedItem): Promise<AppendResult> {
    const { runId } = item.item.entry;
    const form = { ...formOf([item]), relaxed: false, skips: true, hurries: false };
    const [text, params] = [this.#statement(form), paramsOf([item], form)];
    try {
      if (isCounted(form)) {
        if ((await transaction.change(text, params)) > 0) return OK;
      } else {
        const rows = await transaction.query(text, params);
        if (rows.length > 0) return written(rows)(item);
      }
      if ((await transaction.query(this.#knows, [runId])).length > 0) return STALE;
      return { kind: 'refused', cause: new TransactionError('OTHER_DATABASE', runId) };
    } catch (cause) {
      if (isElsewhere(cause)) return { kind: 'refused', cause: new TransactionError('OTHER_DATABASE', runId) };
      return { kind: isLost(cause) ? 'unknown' : 'refused', cause };
    }
  }

  async #whoseOne(lane: Statements, item: EncodedItem): Promise<AppendResult> {
    try {
      return (await this.#whoseAre(lane, [item])).get(item) ?? STALE;
    } catch (cause) {
      return { kind: 'unknown', cause };
    }
  }

  /** Whether what is in their places is what they are. */
  async #whoseAre(lane: Statements, items: readonly EncodedItem[]): Promise<ReadonlyMap<EncodedItem, AppendResult>> {
    const entries = items.map(({ item }) => item.entry);
    const rows = await lane.query(this.#whose, [entries.map(({ runId }) => runId), entries.map(({ seq }) => seq)]);
    const names = new Map(rows.map(({ run_id, writer, step_id }) => [run_id, `${String(writer)} ${String(step_id)}`]));
    return new Map(
      items.map((one) => {
        const { runId, writer, stepId } = one.item.entry;
        return [one, names.get(runId) === `${writer} ${stepId}` ? MINE : STALE];
      }),
    );
  }

  #statement(form: AppendForm): Statement {
    const key = `${form.rows} ${form.changes} ${form.relaxed} ${form.skips} ${form.hurries} ${form.frees} ${form.slots}`;
    const known = this.#statements.get(key) ?? appendStatement(this.#schema, form);
    this.#statements.set(key, known);
    return known;
  }
}

/** That steps are there, and for each what its run has left unheard: every row says it of all of them. */
function written([row]: readonly Row[]): (step: EncodedItem) => AppendResult {
  const all = messagesOf(row?.unheard);
  return ({ item }) => {
    const unheard = all.filter(({ runId }) => runId === item.entry.runId);
    return unheard.length === 0 ? OK : { kind: 'ok', unheard };
  };
}
