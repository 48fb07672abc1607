import { decodeShape, type LoadedRun, type LoadOptions, readEntries, type StoredEntry } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { MESSAGE_JSON, messagesOf } from './messages.js';
import { type SummarySource, summaryOf } from './summaries.js';

const PAGE = 256;
/** A page may hold large results. */
const LOADING = { waitMs: 60_000 } as const;

type Read = (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;

/**
 * Everything about a run as of one moment: the first statement sees one snapshot and says which entries belong to it.
 * They never change, so that later statements may fetch them.
 */
export class RunLoader {
  readonly #read: Read;
  readonly #run: Statement;
  readonly #page: Statement;

  constructor(schema: string, source: SummarySource, read: Read) {
    this.#read = read;
    this.#run = statement(
      `select ${source.columns}, s.atoms::text as atoms, s.manifest::text as manifest,
        (select json_agg(${MESSAGE_JSON} order by i.place)::text from ${schema}.inbox i where i.run_id = r.run_id) as inbox,
        coalesce((select max(j.seq) from ${schema}.journal j where j.run_id = r.run_id and j.kind = 'snapshot'), 0) as first,
        coalesce((select max(j.seq) from ${schema}.journal j where j.run_id = r.run_id), 0) as last
      from ${source.from} left join ${schema}.shapes s on s.fingerprint = r.fingerprint where r.run_id = $1::uuid`,
      LOADING,
    );
    this.#page = statement(
      `select seq, epoch, kind, writer::text as writer, encode(step_id, 'hex') as step_id, format,
        (extract(epoch from at) * 1000)::float8 as at_ms, transitions::text as transitions
      from ${schema}.journal where run_id = $1::uuid and seq between $2::int and $3::int order by seq limit ${PAGE}`,
      LOADING,
    );
  }

  async load(runId: string, { raw }: LoadOptions): Promise<LoadedRun | undefined> {
    const [row] = await this.#read(this.#run, [runId]);
    if (row === undefined) return undefined;
    const summary = summaryOf(row);
    const { atoms, manifest } = row;
    const text = atoms === null ? undefined : `{"atoms":${String(atoms)},"manifest":${String(manifest)}}`;
    const shape = decodeShape(runId, summary.fingerprint, text);
    const [first, last] = [Number(row.first), Number(row.last)];
    const entries = readEntries({ runId, shape, first, last, raw, pages: this.#pages(runId, first, last) });
    return { summary, shape, entries, inbox: messagesOf(row.inbox) };
  }

  async *#pages(runId: string, first: number, last: number): AsyncGenerator<readonly StoredEntry[]> {
    for (let from = first; from <= last; ) {
      const rows = await this.#read(this.#page, [runId, from, last]);
      const page = rows.map((row) => storedEntry(runId, row));
      if (page.length > 0) yield page;
      if (page.length < PAGE) return;
      from = (page.at(-1)?.seq ?? last) + 1;
    }
  }
}

function storedEntry(runId: string, row: Row): StoredEntry {
  return {
    runId,
    seq: Number(row.seq),
    epoch: Number(row.epoch),
    kind: row.kind as StoredEntry['kind'],
    writer: String(row.writer),
    stepId: String(row.step_id),
    format: Number(row.format),
    atMs: Number(row.at_ms),
    transitions: String(row.transitions),
  };
}
