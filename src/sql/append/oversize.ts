import { InvalidInputError, PersistenceError } from '../../model/errors.js';
import type { Entry, Transition } from '../../persistence/index.js';
import type { Sql, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';

/** Holds steps to a size, before anything of them is sent. */
export class Oversize {
  readonly #sql: Sql;
  readonly #maxBytes: number;
  readonly #path: Statement;

  constructor(sql: Sql, schema: string, maxBytes: number) {
    this.#sql = sql;
    this.#maxBytes = maxBytes;
    this.#path = statement(`select s.atoms -> $2::int ->> 0 as path
      from ${schema}.runs r join ${schema}.shapes s on s.fingerprint = r.fingerprint where r.run_id = $1::uuid`);
  }

  isOver(text: string): boolean {
    // A character is at most three bytes: most texts need not be measured.
    return text.length * 3 > this.#maxBytes && Buffer.byteLength(text) > this.#maxBytes;
  }

  /** @throws InvalidInputError that names the largest input, when what a run begins with is too large. */
  checkBeginning(flow: string, { transitions }: Entry, text: string): void {
    if (!this.isOver(text)) return;
    const inputs = transitions.flatMap((one) => (one[0] === 'CREATED' ? Object.entries(one[1].inputs) : []));
    const sized = inputs.map(([path, value]) => ({ path, bytes: Buffer.byteLength(JSON.stringify(value)) }));
    const { path, bytes } = sized.reduce((a, b) => (b.bytes > a.bytes ? b : a), { path: '', bytes: 0 });
    const message = `has ${megabytes(bytes)}, and the journal takes at most ${megabytes(this.#maxBytes)} of all inputs together: pass where it is`;
    throw new InvalidInputError(flow, [{ path, message }]);
  }

  /** Names the run, the node that is to blame, and the sizes. */
  async explain({ runId, seq, transitions }: Entry, text: string): Promise<PersistenceError> {
    const sized = transitions.map((one) => ({ one, bytes: Buffer.byteLength(JSON.stringify(one)) }));
    const largest = sized.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    const where = await this.#pathOf(runId, largest.one);
    const message = `step ${seq} of run '${runId}' has ${megabytes(Buffer.byteLength(text))}, of which ${largest.one[0]} ${where} has ${megabytes(largest.bytes)}, and the journal takes at most ${megabytes(this.#maxBytes)}: keep large data elsewhere, and let the task return where it is`;
    return new PersistenceError('STORE_REFUSED', message);
  }

  async #pathOf(runId: string, [, atom]: Transition): Promise<string> {
    if (typeof atom !== 'number') return 'of the run';
    const rows = await this.#sql.query(this.#path, [runId, atom]).catch(() => []);
    const path = rows[0]?.path;
    return typeof path === 'string' ? `of '${path}'` : `of atom ${atom}`;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
