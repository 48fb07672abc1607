import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort, type RunningPostgres, startPostgres } from '../../scripts/postgres.js';
import type { ServerFault } from './faults.js';

export interface ServersParams {
  readonly home: string;
  /** Whether there is a standby. */
  readonly standby: boolean;
  /** Called when clients are to go to another server. */
  readonly onMoved: (url: string) => void;
  /**
   * Breaks what the soak is to notice: a switchover in which the old primary goes on to write, and the new one has not all
   * that was written.
   */
  readonly splitsBrain?: boolean;
  say(what: string): void;
}

const SETTINGS = { max_connections: 200, max_wal_size: '256MB', wal_keep_size: '512MB', hot_standby_feedback: 'on' } as const;
const STARTS = 500;
const LONGEST_MS = 60_000;
const ENDS = { 'shut-down': 'stop', crash: 'crash', 'kill-server': 'kill' } as const;

/** A PostgreSQL and its standby, which takes its place now and then. */
export class Servers {
  readonly #params: ServersParams;
  #primary: RunningPostgres;
  #standby: RunningPostgres | undefined;
  /** One that was the primary, and only reads. */
  #former: RunningPostgres | undefined;
  #made = 0;

  private constructor(primary: RunningPostgres, params: ServersParams) {
    this.#primary = primary;
    this.#params = params;
  }

  static async start(params: ServersParams): Promise<Servers> {
    const servers = new Servers(await startPostgres({ dataDir: join(params.home, 'first'), settings: SETTINGS }), params);
    if (params.standby) await servers.#makeStandby();
    return servers;
  }

  /** Of the server that takes writes. */
  get url(): string {
    return this.#primary.url;
  }

  /** Resolves when it is over and PostgreSQL takes writes. */
  async strike(fault: ServerFault): Promise<void> {
    const startedMs = performance.now();
    switch (fault.kind) {
      case 'shut-down':
      case 'crash':
      case 'kill-server':
        await this.#primary[ENDS[fault.kind]]();
        this.#primary = await startAgain(this.#primary);
        break;
      case 'read-only':
        await setReadOnly(this.#primary.url, true);
        await sleep(fault.forMs);
        await setReadOnly(this.#primary.url, false);
        break;
      case 'switchover':
        await this.#switchOver(0);
        break;
      case 'demotion':
        await this.#switchOver(fault.forMs);
        break;
    }
    this.#params.say(`PostgreSQL: ${fault.kind}, writes again after ${Math.round(performance.now() - startedMs)} ms`);
  }

  async stop(): Promise<void> {
    for (const server of [this.#standby, this.#former, this.#primary]) await server?.stop();
  }

  /** @param forMs how long the old primary stays; with 0 it stops before anybody is led to the new one */
  async #switchOver(forMs: number): Promise<void> {
    const [old, next] = [this.#primary, this.#standby];
    if (next === undefined) throw new Error('there is no standby');
    if (this.#params.splitsBrain !== true) await this.#handOver(old.url, next.url);
    await asking(next.url, (client) => client.query('select pg_promote()'));
    await until(async () => (await rowOf(next.url, 'select pg_is_in_recovery() as found')) === false);
    this.#standby = undefined;
    if (forMs === 0) await old.stop();
    else this.#former = old;
    this.#primary = next;
    this.#params.onMoved(next.url);
    if (forMs > 0) {
      await sleep(forMs);
      await old.stop();
      this.#former = undefined;
    }
    rmSync(old.dataDir, { recursive: true, force: true });
    await this.#makeStandby();
  }

  /** The old one takes no writes any more, and the new one has all. */
  async #handOver(from: string, to: string): Promise<void> {
    await setReadOnly(from, true);
    const since = String(await rowOf(from, 'select clock_timestamp()::text as found'));
    // What began before may still write, and may be a connection whose client is gone.
    const before = `from pg_stat_activity where backend_type = 'client backend' and xact_start < '${since}'`;
    await until(async () => (await rowOf(from, `select count(pg_terminate_backend(pid))::int as found ${before}`)) === 0);
    const lsn = await rowOf(from, 'select pg_current_wal_flush_lsn()::text as found');
    await until(async () => (await rowOf(to, `select pg_last_wal_replay_lsn() >= '${String(lsn)}' as found`)) === true);
  }

  /** A copy of the primary while that works, as a backup is made; what is written since is streamed to it. */
  async #makeStandby(): Promise<void> {
    const home = join(this.#params.home, `standby-${this.#made++}`);
    const [from, to] = [join(this.#primary.dataDir, 'data'), join(home, 'data')];
    const label = await asking(this.#primary.url, async (client) => {
      await client.query(`select pg_backup_start('standby', true)`);
      await copyOf(from, to);
      const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
      return rows[0]?.labelfile ?? '';
    });
    writeFileSync(join(to, 'backup_label'), label);
    writeFileSync(join(to, 'standby.signal'), '');
    const { hostname, port } = new URL(this.#primary.url);
    const settings = { ...SETTINGS, primary_conninfo: `host=${hostname} port=${port} user=postgres`, wal_retrieve_retry_interval: 200 };
    this.#standby = await startPostgres({ dataDir: home, port: await freePort(), settings });
  }
}

const run = promisify(execFile);
const NOT_COPIED: ReadonlySet<string> = new Set(['pg_wal', 'postmaster.pid', 'postmaster.opts']);

/** Files of a server that works may go while they are copied: it is tried again. */
async function copyOf(from: string, to: string): Promise<void> {
  for (let left = 5; ; left--) {
    rmSync(to, { recursive: true, force: true });
    const { uid, gid, mode } = statSync(from);
    for (const directory of [join(to, '..'), to, join(to, 'pg_wal'), join(to, 'pg_wal', 'archive_status')]) {
      mkdirSync(directory, { mode, recursive: true });
      chownSync(directory, uid, gid);
    }
    const parts = readdirSync(from).filter((name) => !NOT_COPIED.has(name));
    try {
      await run('cp', ['-a', ...parts.map((name) => join(from, name)), to]);
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** For those who are connected, too, from their next transaction on. */
async function setReadOnly(url: string, readsOnly: boolean): Promise<void> {
  await asking(url, async (client) => {
    await client.query(`alter system ${readsOnly ? 'set default_transaction_read_only = on' : 'reset default_transaction_read_only'}`);
    await client.query('select pg_reload_conf()');
  });
  await until(
    async () => (await rowOf(url, `select current_setting('default_transaction_read_only') as found`)) === (readsOnly ? 'on' : 'off'),
  );
}

async function asking<Answer>(url: string, ask: (client: pg.Client) => Promise<Answer>): Promise<Answer> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

async function rowOf(url: string, text: string): Promise<unknown> {
  return asking(url, async (client) => (await client.query<{ found: unknown }>(text)).rows[0]?.found);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const startedMs = performance.now(); !(await isSo()); await sleep(50)) {
    if (performance.now() - startedMs > LONGEST_MS) throw new Error(`not so after ${LONGEST_MS} ms: ${String(isSo)}`);
  }
}

/** Backends may outlive a server that was killed, and no new one starts before they are gone. */
async function startAgain({ dataDir, url }: RunningPostgres): Promise<RunningPostgres> {
  for (let start = 1; ; start++) {
    try {
      return await startPostgres({ dataDir, port: Number(new URL(url).port), settings: SETTINGS });
    } catch (error) {
      if (start >= STARTS) throw error;
      await sleep(20);
    }
  }
}
