import type { Disk } from './harness.js';
import { type MeteredPostgres, startMeteredPostgres } from './meter.js';
import { type AppendFsync, type RunningRedis, startRedis } from './redis.js';

/** Commits of a slow disk, or of a network one: each waits two milliseconds, whoever else commits. */
const SLOW = { commit_delay: 2_000, commit_siblings: 0 };

/** Servers of our own, each started when somebody asks for it first. */
export class Servers {
  readonly #postgres = new Map<Disk, Promise<MeteredPostgres>>();
  readonly #redis = new Map<AppendFsync, Promise<RunningRedis>>();

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

  /** A line for each that runs. */
  async told(): Promise<readonly string[]> {
    return [...(await started(this.#postgres)), ...(await started(this.#redis))].map(({ told }) => told);
  }

  async stop(): Promise<void> {
    for (const server of [...(await started(this.#postgres)), ...(await started(this.#redis))]) await server.stop();
  }
}

async function started<Server>(servers: ReadonlyMap<unknown, Promise<Server>>): Promise<readonly Server[]> {
  return (await Promise.allSettled(servers.values())).flatMap((server) => (server.status === 'fulfilled' ? [server.value] : []));
}
