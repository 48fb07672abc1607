import pg from 'pg';

const TABLES = `create schema if not exists raw;
  create table if not exists raw.leased (id bigint generated always as identity primary key, free_at timestamptz not null default now())`;

/** What one would write by hand for jobs whose claimers may die: who claims one puts it off for as long as its lease is, and renews that. */
export class RawLeases {
  readonly client: pg.Client;

  private constructor(client: pg.Client) {
    this.client = client;
  }

  static async connect(url: string): Promise<RawLeases> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(TABLES);
    return new RawLeases(client);
  }

  async post(): Promise<void> {
    await this.client.query('insert into raw.leased default values');
  }

  /** The id of a job that is free, and now is not for so long. */
  async claim(leaseMs: number): Promise<string | undefined> {
    const text = `update raw.leased j set free_at = clock_timestamp() + $1 * interval '1 ms' from (select id from raw.leased
      where free_at <= clock_timestamp() order by free_at limit 1 for no key update skip locked) f where j.id = f.id returning j.id::text as id`;
    return (await this.client.query({ name: 'claim-leased', text, values: [leaseMs] })).rows[0]?.id;
  }

  async renew(id: string, leaseMs: number): Promise<void> {
    const text = `update raw.leased set free_at = clock_timestamp() + $2 * interval '1 ms' where id = $1`;
    await this.client.query({ name: 'renew-leased', text, values: [id, leaseMs] });
  }

  /** Free for others at once, who hear of it. */
  async giveBack(id: string): Promise<void> {
    const text = `with freed as (update raw.leased set free_at = clock_timestamp() where id = $1 returning id) select pg_notify('raw_leased', '') from freed`;
    await this.client.query({ name: 'give-back-leased', text, values: [id] });
  }

  async done(id: string): Promise<void> {
    await this.client.query({ name: 'done-leased', text: 'delete from raw.leased where id = $1', values: [id] });
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
