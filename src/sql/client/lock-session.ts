import { digest } from '../../model/ids.js';
import { Answers, answerMs } from './answers.js';
import type { Row, Statement, Statements } from './sql.js';
import { isLost } from './sql-errors.js';
import { statement } from './statement.js';

/** What is needed of a client of pg; its types don't say all of it. */
export interface LockClient {
  /** The backend as the server named it in its greeting: a pooler in between names another one. */
  readonly processID: number | null;
  connect(): Promise<unknown>;
  query(config: { readonly text: string; readonly values?: unknown[] }): Promise<{ readonly rows: unknown[] }>;
  on(event: 'error' | 'end', listener: () => void): unknown;
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown;
  /** Whether the connection keeps the process alive. */
  ref(): void;
  unref(): void;
  end(): Promise<void>;
}

export interface LockSessionParams {
  /** Quoted. */
  readonly schema: string;
  /** The channel on which processes tell each other of what is due, quoted. */
  readonly channel: string;
  readonly connect: () => LockClient;
}

/** An owner of runs whose lock is wanted. */
interface Owner {
  readonly id: string;
  readonly key: string;
  /** Other connections, to see the lock as others see it. */
  readonly sql: Statements;
  isHeld: boolean;
  taking: Promise<void> | undefined;
}

/**
 * A machine that vanishes says no goodbye: the server asks after it, so that the lock is free some ten seconds later.
 * No endless wait for a session of ours that the server has not given up yet.
 */
const SETTINGS = `set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
  set tcp_user_timeout = 8000; set lock_timeout = 2000; set idle_session_timeout = 0`;

const ignore = (): void => undefined;

/**
 * Says that a process lives: locks of a session end with its process, within milliseconds, where a lease goes on for
 * seconds. They decide nothing but how long others wait; a frozen process keeps them, and then the lease decides. One
 * session holds the locks of all apps that share a persistence, and hears for them what others tell, as it is there anyway.
 */
export class LockSession {
  readonly #params: LockSessionParams;
  readonly #remember: string;
  readonly #forget: Statement;
  readonly #isFree: Statement;
  readonly #owners = new Map<string, Owner>();
  readonly #hearers = new Set<(payload: string | undefined) => void>();
  readonly #answers = new Answers();
  #opening: Promise<LockClient> | undefined;
  #client: LockClient | undefined;
  #lastAnswer: Promise<unknown> = Promise.resolve();
  /** The locks exclude no other process here, as behind a pooler. */
  #isUseless = false;

  constructor(params: LockSessionParams) {
    this.#params = params;
    const { schema } = params;
    this.#remember = `insert into ${schema}.owner_locks (owner, lock_key, taken_at) values ($1::uuid, $2::bigint, clock_timestamp())
      on conflict (owner) do update set lock_key = excluded.lock_key, taken_at = excluded.taken_at`;
    this.#forget = statement(`delete from ${schema}.owner_locks where owner = $1::uuid`);
    this.#isFree = statement('select pg_try_advisory_xact_lock_shared($1::bigint) as free');
  }

  /**
   * Takes the lock of an owner unless it is held or being taken. Its failure is not reported: there is the lease.
   *
   * @param sql of the owner
   * @param isRemembered whether the row by which others find the lock is there
   */
  async keep(id: string, sql: Statements, isRemembered: boolean): Promise<void> {
    if (this.#isUseless) return;
    const key = BigInt.asIntN(64, BigInt(`0x${digest('flowproof owner', this.#params.schema, id).slice(0, 16)}`)).toString();
    const owner = this.#owners.get(id) ?? { id, key, sql, isHeld: false, taking: undefined };
    this.#owners.set(id, owner);
    if (owner.isHeld && isRemembered) return;
    await this.#keep(owner);
  }

  /** Gives the lock of an owner up for good, and the session with the last one. */
  async drop(id: string): Promise<void> {
    const owner = this.#owners.get(id);
    if (owner === undefined) return;
    this.#owners.delete(id);
    if (this.#owners.size === 0) await this.#end();
    else if (owner.isHeld) await this.#unlock(owner);
  }

  /**
   * Calls back with what was told on the channel, while there is a session: one that was lost is made anew with the locks,
   * and what was told meanwhile is not heard.
   */
  hear(heard: (payload: string | undefined) => void): () => void {
    this.#hearers.add(heard);
    if (this.#hearers.size === 1) this.#say(`listen ${this.#params.channel}`);
    return () => {
      if (this.#hearers.delete(heard) && this.#hearers.size === 0) this.#say(`unlisten ${this.#params.channel}`);
    };
  }

  #say(text: string): void {
    this.#opening?.then((client) => this.#ask(client, text, [])).catch(ignore);
  }

  async #unlock({ key }: Owner): Promise<void> {
    const client = this.#client;
    if (client !== undefined) await this.#ask(client, 'select pg_advisory_unlock($1::bigint)', [key]).catch(ignore);
  }

  async #keep(owner: Owner): Promise<void> {
    owner.taking ??= this.#take(owner).finally(() => {
      owner.taking = undefined;
    });
    await owner.taking;
  }

  async #take(owner: Owner): Promise<void> {
    const { id, key, sql } = owner;
    try {
      this.#opening ??= this.#connect();
      const client = await this.#opening;
      if (!owner.isHeld) {
        const [mine] = await this.#ask(client, 'select pg_backend_pid() as pid, pg_advisory_lock($1::bigint)', [key]);
        const [seen] = await sql.query(this.#isFree, [key]);
        if (mine?.pid !== client.processID || seen?.free !== false) return await this.#giveUp();
      }
      await this.#ask(client, this.#remember, [id, key]);
      owner.isHeld = this.#client === client;
      // It was dropped meanwhile.
      if (this.#owners.get(id) !== owner) await this.#unlock(owner);
    } catch (error) {
      if (isLost(error)) await this.#end();
      await this.#forgotten(owner);
    }
  }

  async #giveUp(): Promise<void> {
    this.#isUseless = true;
    await this.#end();
    for (const owner of this.#owners.values()) await this.#forgotten(owner);
  }

  async #forgotten({ id, sql }: Owner): Promise<void> {
    await sql.query(this.#forget, [id]).catch(ignore);
  }

  async #connect(): Promise<LockClient> {
    const client = this.#params.connect();
    this.#client = client;
    client.on('error', ignore);
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload }) => {
      for (const heard of [...this.#hearers]) heard(payload);
    });
    try {
      await this.#answers.within(answerMs(), async () => {
        await client.connect();
        const listen = this.#hearers.size === 0 ? '' : `; listen ${this.#params.channel}`;
        await client.query({ text: SETTINGS + listen });
      });
    } catch (error) {
      if (this.#client === client) await this.#end();
      throw error;
    }
    client.unref();
    return client;
  }

  /** One statement after the other: owners take their locks at the same moment when the session was lost. */
  #ask(client: LockClient, text: string, values: unknown[]): Promise<readonly Row[]> {
    const answer = this.#lastAnswer.then(() => this.#send(client, text, values));
    this.#lastAnswer = answer.catch(ignore);
    return answer;
  }

  async #send(client: LockClient, text: string, values: unknown[]): Promise<readonly Row[]> {
    client.ref();
    try {
      return (await this.#answers.within(answerMs(), () => client.query({ text, values }))).rows as Row[];
    } finally {
      client.unref();
    }
  }

  /** The locks are free now, so: at once. */
  #lost(client: LockClient): void {
    if (this.#client !== client) return;
    this.#forgetClient();
    for (const owner of this.#owners.values()) void this.#keep(owner);
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#forgetClient();
    await client?.end().catch(ignore);
  }

  #forgetClient(): void {
    this.#client = undefined;
    this.#opening = undefined;
    for (const owner of this.#owners.values()) owner.isHeld = false;
  }
}
