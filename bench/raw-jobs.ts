import pg from 'pg';
import type { Payload } from './steps.js';

const TABLES = `create schema if not exists raw;
  create table if not exists raw.jobs (id bigint generated always as identity primary key, priority int not null default 0, due_at timestamptz not null default now(),
    state text not null default 'free', input json not null, output json);
  create index if not exists jobs_free on raw.jobs (priority desc, due_at) where state = 'free'`;

/** What one would write by hand: a table, a claim with SKIP LOCKED, and an update when the job is done; a commit each. */
export class RawJobs {
  readonly client: pg.Client;

  private constructor(client: pg.Client) {
    this.client = client;
  }

  static async connect(url: string): Promise<RawJobs> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(TABLES);
    return new RawJobs(client);
  }

  async post(inputs: readonly Payload[]): Promise<void> {
    const text = 'insert into raw.jobs (input) select x from json_array_elements($1::json) x';
    await this.client.query({ name: 'post', text, values: [JSON.stringify(inputs)] });
  }

  async claim(limit: number): Promise<readonly { readonly id: string; readonly input: Payload }[]> {
    const text = `update raw.jobs j set state = 'claimed' from (select id from raw.jobs where state = 'free' order by priority desc, due_at
      limit $1 for no key update skip locked) f where j.id = f.id returning j.id::text as id, j.input`;
    return (await this.client.query({ name: 'claim', text, values: [limit] })).rows;
  }

  async done(jobs: readonly { readonly id: string; readonly output: Payload }[]): Promise<void> {
    const text = `update raw.jobs j set state = 'done', output = d.output
      from json_to_recordset($1::json) d(id bigint, output json) where j.id = d.id`;
    await this.client.query({ name: 'done', text, values: [JSON.stringify(jobs)] });
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
