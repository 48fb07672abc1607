import { decodeShape, type LoadedRun, type LoadOptions, noShape, readEntries, type StoredEntry } from '../../persistence/index.js';
import { MESSAGE_JSON, messagesOf } from '../append/messages.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { GroupLoad } from './group-load.js';
import { type SummarySource, summaryOf } from './summaries.js';

const PAGE = 256;
/** So many entries come with the run, as far as they are small; those that are not, and later ones, are read a page at a time. */
const FIRST_ENTRIES = 32;
/** In bytes, as the table keeps them: what comes along is never much, whoever reads a hundred runs at once. */
const SMALL = 8_192;
/** A page may hold large results. */
const LOADING = { waitMs: 60_000 } as const;

type Read = (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;

/**
 * Everything about a run as of one moment: the first statement sees one snapshot, brings the first entries, and says which ones belong to it.
 * They never change, so that later statements may fetch the rest.
 */
export class RunLoader {
  readonly #read: Read;
  readonly #run: Statement;
  readonly #rest: Statement;
  readonly #page: Statement;
  readonly #runs: Statement;
  readonly #together: GroupLoad;

  constructor(schema: string, source: SummarySource, read: Read) {
    this.#read = read;
    this.#together = new GroupLoad({ one: (runId) => this.#loadOne(runId, {}), many: (runIds) => this.#loadMany(runIds) });
    const run = (shape: string): string =>
      `select ${source.columns}, ${shape}, b.first, e.early,
        (select json_agg(${MESSAGE_JSON} order by i.place)::text from ${schema}.inbox i where i.run_id = r.run_id) as inbox,
        coalesce((select max(j.seq) from ${schema}.journal j where j.run_id = r.run_id), 0) as last
      from ${source.from} left join ${schema}.shapes s on s.fingerprint = r.fingerprint
        cross join lateral (select coalesce((select max(j.seq) from ${schema}.journal j where j.run_id = r.run_id and j.kind = 'snapshot'), 0) as first) b
        cross join lateral (select json_agg(x)::text as early from (select ${ENTRY_COLUMNS} from ${schema}.journal
          where run_id = r.run_id and seq between b.first and b.first + ${FIRST_ENTRIES - 1} and pg_column_size(transitions) <= ${SMALL} order by seq) x) e`;
    this.#run = statement(`${run('s.atoms::text as atoms, s.manifest::text as manifest')} where r.run_id = $1::uuid`, LOADING);
    // A shape may be large, and many runs have the same.
    const once = (column: string): string =>
      `case when row_number() over (partition by r.fingerprint order by r.run_id) = 1 then s.${column}::text end as ${column}`;
    this.#runs = statement(`${run(`${once('atoms')}, ${once('manifest')}`)} where r.run_id = any($1::uuid[])`, LOADING);
    this.#rest = statement(
      `select ${source.columns}, coalesce((select max(j.seq) from ${schema}.journal j where j.run_id = r.run_id), 0) as last
      from ${source.from} where r.run_id = $1::uuid`,
      LOADING,
    );
    this.#page = statement(
      `select ${ENTRY_COLUMNS} from ${schema}.journal where run_id = $1::uuid and seq between $2::int and $3::int order by seq limit ${PAGE}`,
      LOADING,
    );
  }

  load(runId: string, options: LoadOptions): Promise<LoadedRun | undefined> {
    const { after, raw, whole } = options;
    if (after !== undefined) return this.#loadRest(runId, after, raw);
    return raw || whole ? this.#loadOne(runId, options) : this.#together.load(runId);
  }

  async #loadOne(runId: string, { raw, whole }: LoadOptions): Promise<LoadedRun | undefined> {
    const [row] = await this.#read(this.#run, [runId]);
    if (row === undefined) return undefined;
    const first = whole ? 0 : Number(row.first);
    return this.#loaded(row, shapeText(row), { raw, first, pages: this.#pages(runId, first, Number(row.last), earlyOf(row, first)) });
  }

  async #loadMany(runIds: readonly string[]): Promise<ReadonlyMap<string, () => LoadedRun>> {
    const rows = await this.#read(this.#runs, [runIds]);
    const shapes = new Map(rows.flatMap((row) => (row.atoms === null ? [] : [[String(row.fingerprint), shapeText(row)] as const])));
    return new Map(
      rows.map((row) => {
        const [runId, first, last] = [String(row.run_id), Number(row.first), Number(row.last)];
        const text = shapes.get(String(row.fingerprint));
        // Each who asks reads it for itself.
        return [runId, () => this.#loaded(row, text, { first, pages: this.#pages(runId, first, last, earlyOf(row, first)) })] as const;
      }),
    );
  }

  #loaded(row: Row, text: string | undefined, { raw, first, pages }: Reading): LoadedRun {
    const summary = summaryOf(row);
    const { runId } = summary;
    const shape = decodeShape(runId, summary.fingerprint, text);
    return {
      summary,
      shape,
      entries: readEntries({ runId, shape, first, last: Number(row.last), raw, pages }),
      inbox: messagesOf(row.inbox),
    };
  }

  /** What has come since: no entry is ever removed before its run is. */
  async #loadRest(runId: string, { seq, atoms }: Required<LoadOptions>['after'], raw: boolean | undefined): Promise<LoadedRun | undefined> {
    const [row] = await this.#read(this.#rest, [runId]);
    if (row === undefined) return undefined;
    const summary = summaryOf(row);
    const shape = noShape(summary.fingerprint);
    const [first, last] = [seq + 1, Number(row.last)];
    const entries = readEntries({ runId, shape, atoms, first, last, raw, pages: this.#pages(runId, first, last) });
    return { summary, shape, entries, inbox: [] };
  }

  /** @param early the first of them, which were read already */
  async *#pages(runId: string, first: number, last: number, early: readonly StoredEntry[] = []): AsyncGenerator<readonly StoredEntry[]> {
    if (early.length > 0) yield early;
    for (let from = first + early.length; from <= last; ) {
      const rows = await this.#read(this.#page, [runId, from, last]);
      const page = rows.map((row) => storedEntry(runId, row));
      if (page.length > 0) yield page;
      if (page.length < PAGE) return;
      from = (page.at(-1)?.seq ?? last) + 1;
    }
  }
}

interface Reading {
  readonly raw?: boolean | undefined;
  readonly first: number;
  readonly pages: AsyncGenerator<readonly StoredEntry[]>;
}

const ENTRY_COLUMNS = `seq, epoch, kind, writer::text as writer, encode(step_id, 'hex') as step_id, format,
        (extract(epoch from at) * 1000)::float8 as at_ms, transitions::text as transitions`;

/** The entries from `first` on that came with their run: of those behind one that is too large, or missing, none. */
function earlyOf({ run_id, early }: Row, first: number): readonly StoredEntry[] {
  if (typeof early !== 'string') return [];
  const entries = (JSON.parse(early) as Row[]).map((row) => storedEntry(String(run_id), row));
  const end = entries.findIndex(({ seq }, index) => seq !== first + index);
  return end < 0 ? entries : entries.slice(0, end);
}

function shapeText({ atoms, manifest }: Row): string | undefined {
  return atoms === null ? undefined : `{"atoms":${String(atoms)},"manifest":${String(manifest)}}`;
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
