import { digest } from '../model/ids.js';
import type { Sql, Statement } from './sql.js';
import { statement } from './statement.js';

/** What is needed of a client of pg; its types don't say all of it. */
export interface LockClient {
  /** The backend as the server named it to us: somebody in between names another one. */
  readonly processID: number | null;
  connect(): Promise<unknown>;
  query(config: { readonly text: string; readonly values?: unknown[] }): Promise<{ readonly rows: unknown[] }>;
  on(event: 'error' | 'end', listener: () => void): unknown;
  /** Whether the connection keeps the process alive. */
  ref(): void;
  unref(): void;
  end(): Promise<void>;
}

export interface OwnerLockParams {
  /** Quoted. */
  readonly schema: string;
  readonly owner: string;
  readonly connect: () => LockClient;
  /** Other connections, to see the lock as others see it. */
  readonly sql: Sql;
}

/**
 * A machine that vanishes says no goodbye: the server asks after it, so that the lock is free some ten seconds later.
 * No endless wait for a session of ours that the server has not given up yet.
 */
const SETTINGS = `set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
  set tcp_user_timeout = 8000; set lock_timeout = 2000; set idle_session_timeout = 0`;

const ignore = (): void => undefined;

/**
 * Says that a process lives: a lock of a session ends with its process, within milliseconds, where a lease goes on for
 * seconds. It decides nothing but how long others wait; a frozen process keeps it, and then the lease decides.
 */
export class OwnerLock {
  readonly #params: OwnerLockParams;
  readonly #key: string;
  readonly #remember: string;
  readonly #forget: Statement;
  readonly #isFree: Statement;
  #client: LockClient | undefined;
  #taking: Promise<void> | undefined;
  /** The lock excludes nobody here, as behind a pooler; or it is not wanted any more. */
  #over = false;

  constructor(params: OwnerLockParams) {
    this.#params = params;
    const { schema, owner } = params;
    this.#key = BigInt.asIntN(64, BigInt(`0x${digest('flowproof owner', schema, owner).slice(0, 16)}`)).toString();
    this.#remember = `insert into ${schema}.owner_locks (owner, lock_key, taken_at) values ($1::uuid, $2::bigint, clock_timestamp())
      on conflict (owner) do update set lock_key = excluded.lock_key, taken_at = excluded.taken_at`;
    this.#forget = statement(`delete from ${schema}.owner_locks where owner = $1::uuid`);
    this.#isFree = statement('select pg_try_advisory_xact_lock_shared($1::bigint) as free');
  }

  /**
   * Takes the lock unless it is held or being taken. Nobody hears of its failure: there is the lease.
   *
   * @param isRemembered whether the row by which others find the lock is there
   */
  async keep(isRemembered = true): Promise<void> {
    if (this.#taking === undefined && this.#over) return;
    const held = this.#taking === undefined ? this.#client : undefined;
    if (held !== undefined && isRemembered) return;
    this.#taking ??= (held === undefined ? this.#take() : this.#rememberAgain(held)).finally(() => {
      this.#taking = undefined;
    });
    await this.#taking;
  }

  /** Gives it up for good. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#taking;
    await this.#drop();
  }

  async #take(): Promise<void> {
    const { connect, sql, owner } = this.#params;
    const client = connect();
    client.on('error', ignore);
    client.on('end', () => this.#lost(client));
    this.#client = client;
    try {
      await client.connect();
      await client.query({ text: SETTINGS });
      const { rows } = await client.query({ text: 'select pg_backend_pid() as pid, pg_advisory_lock($1::bigint)', values: [this.#key] });
      const isOurs = (rows[0] as { readonly pid: number }).pid === client.processID;
      const [seen] = await sql.query(this.#isFree, [this.#key]);
      if (!isOurs || seen?.free !== false) this.#over = true;
      else await this.#rememberIn(client);
      client.unref();
      if (this.#over) await this.#drop();
    } catch {
      await this.#drop();
      await sql.query(this.#forget, [owner]).catch(ignore);
    }
  }

  /** Somebody has emptied the table. */
  async #rememberAgain(client: LockClient): Promise<void> {
    client.ref();
    await this.#rememberIn(client).catch(ignore);
    client.unref();
  }

  async #rememberIn(client: LockClient): Promise<void> {
    await client.query({ text: this.#remember, values: [this.#params.owner, this.#key] });
  }

  /** Whoever looks now takes this process for dead, so: at once. */
  #lost(client: LockClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    void this.keep();
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    client?.ref();
    await client?.end().catch(ignore);
  }
}
