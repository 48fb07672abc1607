import type { Hint, Hints } from '../../persistence/index.js';
import { channelOf } from '../client/channel.js';
import type { Connections } from '../client/connections.js';
import { statement } from '../client/statement.js';

/** What posts by plain SQL says nothing with its NOTIFY, and whatever else is said means no more than that. */
const PAYLOADS: Record<Hint, string> = { posted: '', released: 'released' };

type Used = Pick<Connections, 'sql' | 'locks' | 'within'>;

/**
 * By NOTIFY, in a statement of its own: while it is committed all other commits of the database that notify wait for it, and alone it
 * writes nothing to the disk. It is heard in the session of the locks, where there is one: a pooler that lends connections for one
 * transaction hears nothing, but can be told.
 */
export class SqlHints implements Hints {
  readonly #connections: () => Used;
  readonly #channel: string;
  readonly #notify = statement('select pg_notify($1::text, $2::text)');

  /** @param schema as the user wrote it @param connections throws where the journal is not open */
  constructor(schema: string, connections: () => Used) {
    this.#channel = channelOf(schema);
    this.#connections = connections;
  }

  async tell(hint: Hint, transaction?: unknown): Promise<void> {
    const { sql, within } = this.#connections();
    const to = transaction === undefined ? sql : within?.(transaction);
    await to?.query(this.#notify, [this.#channel, PAYLOADS[hint]]);
  }

  hear(heard: (hint: Hint) => void): () => void {
    const onPayload = (payload: string | undefined): void => heard(payload === PAYLOADS.released ? 'released' : 'posted');
    return this.#connections().locks?.hear(onPayload) ?? (() => undefined);
  }
}
