import { type Kind, PROGRAMS } from '../scripts/board-programs.js';
import { BROKERS } from '../scripts/broker-programs.js';
import { ask, type Command, type Program, type Server, startServer } from '../scripts/server.js';
import type { Disk } from './harness.js';
import { type MeteredPostgres, startMeteredPostgres } from './meter.js';
import { type AppendFsync, type RunningRedis, startRedis } from './redis.js';

/** Commits of a slow disk, or of a network one: each waits two milliseconds, whoever else commits. */
const SLOW = { commit_delay: 2_000, commit_siblings: 0 };

/** Each writes to its disk before it answers; Redis within a second. */
const DURABLE: Readonly<Record<Exclude<Kind, 'redis'>, Program>> = {
  etcd: {
    ...PROGRAMS.etcd,
    command: async (...where) =>
      (await PROGRAMS.etcd.command(...where)).filter((word) => word !== '--unsafe-no-fsync') as unknown as Command,
  },
  zookeeper: PROGRAMS.zookeeper,
};

/** Servers of our own, each started when somebody asks for it first. */
export class Servers {
  readonly #postgres = new Map<Disk, Promise<MeteredPostgres>>();
  readonly #redis = new Map<AppendFsync, Promise<RunningRedis>>();
  readonly #boards = new Map<Kind, Promise<Told>>();
  readonly #brokers = new Map<'rabbitmq', Promise<Told>>();

  readonly postgres = (disk: Disk = 'as found'): Promise<MeteredPostgres> => {
    const server = this.#postgres.get(disk) ?? startMeteredPostgres(disk === 'slow' ? SLOW : {});
    this.#postgres.set(disk, server);
    return server;
  };

  readonly redis = (appendfsync: AppendFsync): Promise<RunningRedis> => {
    const server = this.#redis.get(appendfsync) ?? startRedis(appendfsync);
    this.#redis.set(appendfsync, server);
    return server;
  };

  readonly board = (kind: Kind): Promise<{ readonly url: string }> => {
    if (kind === 'redis') return this.redis('everysec');
    const server = this.#boards.get(kind) ?? startBoard(kind);
    this.#boards.set(kind, server);
    return server;
  };

  readonly broker = (): Promise<{ readonly url: string }> => {
    const server = this.#brokers.get('rabbitmq') ?? startBroker();
    this.#brokers.set('rabbitmq', server);
    return server;
  };

  /** A line for each that runs. */
  async told(): Promise<readonly string[]> {
    return (await this.#started()).map(({ told }) => told);
  }

  async stop(): Promise<void> {
    for (const server of await this.#started()) await server.stop();
  }

  async #started(): Promise<readonly { readonly told: string; stop(): Promise<void> }[]> {
    return [
      ...(await started(this.#postgres)),
      ...(await started(this.#redis)),
      ...(await started(this.#boards)),
      ...(await started(this.#brokers)),
    ];
  }
}

async function started<Server>(servers: ReadonlyMap<unknown, Promise<Server>>): Promise<readonly Server[]> {
  return (await Promise.allSettled(servers.values())).flatMap((server) => (server.status === 'fulfilled' ? [server.value] : []));
}

interface Told extends Pick<Server, 'url' | 'stop'> {
  readonly told: string;
}

async function startBoard(kind: Exclude<Kind, 'redis'>): Promise<Told> {
  const server = await startServer(DURABLE[kind]);
  return {
    url: server.url,
    told: `${await versionOf(kind, server)} over TCP on loopback, alone, flushed before it answers`,
    stop: server.stop,
  };
}

async function startBroker(): Promise<Told> {
  const server = await startServer(BROKERS.rabbitmq);
  return { url: server.url, told: 'RabbitMQ over TCP on loopback, one node', stop: server.stop };
}

async function versionOf(kind: Exclude<Kind, 'redis'>, { url, port }: Server): Promise<string> {
  if (kind === 'etcd') {
    const answer = (await (await fetch(`${url}/version`)).json()) as { readonly etcdserver: string };
    return `etcd ${answer.etcdserver}`;
  }
  const said = await ask(port, 'srvr', (answer) => answer.includes('Mode:'));
  return `ZooKeeper ${/version: ([\d.]+)/.exec(said ?? '')?.[1] ?? ''}`.trim();
}
