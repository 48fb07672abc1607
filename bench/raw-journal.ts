import pg from 'pg';
import type { Payload } from './steps.js';

const TABLES = `create schema if not exists raw;
  create table if not exists raw.flows (id uuid primary key, state text not null, created_at timestamptz not null default now(), ended_at timestamptz);
  create table if not exists raw.steps (flow_id uuid not null, seq int not null, output json, at timestamptz not null default now(),
    primary key (flow_id, seq))`;

/**
 * What one would write by hand: a row for the flow, a prepared INSERT for each step, each committed by itself, and the
 * flow's row once more at the end. The measure of all `pg-…` works.
 */
export class RawJournal {
  readonly #client: Pick<pg.Client, 'query' | 'end'>;

  private constructor(client: Pick<pg.Client, 'query' | 'end'>) {
    this.#client = client;
  }

  static async connect(url: string): Promise<RawJournal> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(TABLES);
    return new RawJournal(client);
  }

  /** For many flows at once: as many connections, taken by whoever needs one. */
  static async pooled(url: string, connections: number): Promise<RawJournal> {
    const pool = new pg.Pool({ connectionString: url, max: connections });
    await pool.query(TABLES);
    return new RawJournal({ query: pool.query.bind(pool) as pg.Client['query'], end: () => pool.end() });
  }

  async begin(id: string): Promise<void> {
    await this.#client.query({ name: 'begin', text: `insert into raw.flows (id, state) values ($1, 'RUNNING')`, values: [id] });
  }

  async step(id: string, seq: number, output: unknown): Promise<void> {
    const values = [id, seq, JSON.stringify(output)];
    await this.#client.query({ name: 'step', text: 'insert into raw.steps (flow_id, seq, output) values ($1, $2, $3)', values });
  }

  async end(id: string, state: string): Promise<void> {
    await this.#client.query({ name: 'end', text: 'update raw.flows set state = $2, ended_at = now() where id = $1', values: [id, state] });
  }

  /** What a flow has done so far. */
  async steps(id: string): Promise<readonly { readonly seq: number; readonly output: Payload }[]> {
    const { rows } = await this.#client.query('select seq, output from raw.steps where flow_id = $1 order by seq', [id]);
    return rows as { seq: number; output: Payload }[];
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}
