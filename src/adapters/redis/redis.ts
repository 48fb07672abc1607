import { type BoardTls, boardOf, DEDUPE_MS, type JobBoard } from '../../boards/index.js';
import { asBoardError, connect, type RedisClient, RedisScripts } from './client.js';
import { RedisDriver, type RedisParts } from './redis-driver.js';

export interface RedisOptions {
  /** What the keys of this board begin with; boards on one server are told apart by it. Default: `flowproof`. */
  readonly prefix?: string;
  /** Certificates, for URLs that begin with `rediss:`; of a cluster for all of its nodes. Default: what Node.js trusts. */
  readonly tls?: BoardTls;
  /** How long an id is remembered after its job was consumed, in milliseconds. Default: ten minutes. */
  readonly dedupeMs?: number;
  /** How long calls outside of sessions wait for an answer, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
}

/**
 * A board of jobs in Redis 6 or later, alone or as a cluster. All keys have one hash tag, so a board is on one node of a cluster. The
 * server must not evict (`maxmemory-policy noeviction`), and keeps what it acknowledged as well as its `appendfsync` says. After a
 * failover to a replica that had not heard of everything, old tokens may be good again: the journal of the runs is what protects them.
 *
 * @param source The URL of a server, with user and password where there are some, `rediss:` for TLS; a list of URLs of nodes of a
 * cluster; or a client of ioredis, which is used as it is and never closed. Give one with `autoResendUnfulfilledCommands: false`.
 *
 * Opening throws BoardError `BOARD_REFUSED` when the server evicts, is older or wants another password, `BOARD_UNREACHABLE` when it
 * does not answer.
 *
 * @example
 * ```ts
 * import { redis } from 'flowproof/redis';
 * const board = redis('redis://localhost:6379', { prefix: 'shop' });
 * ```
 */
export function redis(source: string | readonly string[] | RedisClient, options: RedisOptions = {}): JobBoard {
  const { prefix = 'flowproof', dedupeMs = DEDUPE_MS, timeoutMs, tls } = options;
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix))
    throw new TypeError(`the prefix of a board in Redis must be a text without braces, not ${JSON.stringify(prefix)}`);
  if (tls !== undefined && (isClient(source) || [source].flat().some((url) => !url.startsWith('rediss:'))))
    throw new TypeError('{ tls } is for URLs that begin with rediss:, a board in Redis is given something else');
  const driver = new RedisDriver({ dedupeMs, ...(isClient(source) ? given(source, prefix) : own(source, prefix, tls)) });
  return boardOf({ name: `redis:${prefix}`, driver, ...(timeoutMs !== undefined && { timeoutMs }) });
}

type Connected = Pick<RedisParts, 'scripts' | 'connect' | 'disconnect'>;

function isClient(source: string | readonly string[] | RedisClient): source is RedisClient {
  return typeof (source as Partial<RedisClient>).call === 'function';
}

function given(client: RedisClient, prefix: string): Connected {
  return { scripts: new RedisScripts(client, prefix), connect: async () => undefined, disconnect: () => undefined };
}

function own(urls: string | readonly string[], prefix: string, tls: BoardTls | undefined): Connected {
  const client = connect(urls, tls);
  let trouble: unknown;
  // A call only says that there is no connection; why, the client says here. Without a listener it would end the process.
  client.on('error', (error: unknown) => {
    trouble = error;
  });
  return {
    scripts: new RedisScripts(client, prefix),
    async connect() {
      // It connects by itself again once it has been asked to.
      if (client.status === 'wait' || client.status === 'end')
        await client.connect().catch((error: unknown) => Promise.reject(asBoardError(trouble ?? error)));
    },
    disconnect: () => client.disconnect(),
  };
}
