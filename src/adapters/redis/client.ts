import { createHash } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';
import type { BoardTls } from '../../boards/index.js';
import { BoardError } from '../../model/board-error.js';
import { KEYS, NEWS } from './prelude.js';
import { SCRIPTS } from './scripts.js';

/** Of ioredis' `Redis` and `Cluster`, what is used. */
export interface RedisClient {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** A connection of its own, for hearing news. */
  duplicate(): RedisSubscriber;
}

export interface RedisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  disconnect(): void;
}

/**
 * A client that repeats nothing of itself: what had no answer is asked again by who knows what that means.
 *
 * @param urls one of a server, or those of some nodes of a cluster
 */
export function connect(urls: string | readonly string[], tls: BoardTls | undefined): Redis | Cluster {
  const certificates = tls === undefined ? {} : { tls: { ...tls, ...(tls.ca && { ca: [tls.ca].flat() }) } as ConnectionOptions };
  const options = { lazyConnect: true, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 1, ...certificates };
  if (typeof urls === 'string') return new Redis(urls, options);
  // What the first URL says of users and TLS holds for all nodes: they are found by asking, not by their URLs.
  const [first] = urls;
  const { username, password, protocol } = new URL(first ?? '');
  const redisOptions = {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {}, ...certificates }),
    autoResendUnfulfilledCommands: false,
  };
  return new Cluster([...urls], { lazyConnect: true, redisOptions, dnsLookup: (address, give) => give(null, address) });
}

const HASHES = Object.fromEntries(Object.entries(SCRIPTS).map(([name, text]) => [name, createHash('sha1').update(text).digest('hex')]));

/** Runs the scripts of a board on its keys. */
export class RedisScripts {
  readonly client: RedisClient;
  readonly #keys: readonly string[];
  readonly channel: string;

  constructor(client: RedisClient, prefix: string) {
    this.client = client;
    this.#keys = KEYS.map((name) => `{${prefix}}:${name}`);
    this.channel = `{${prefix}}:${NEWS}`;
  }

  async run(name: keyof typeof SCRIPTS, ...args: (string | number)[]): Promise<unknown> {
    const params = [this.#keys.length, ...this.#keys, ...args];
    try {
      return await this.client.call('EVALSHA', HASHES[name] ?? '', ...params).catch((error: unknown) => {
        if (!textOf(error).startsWith('NOSCRIPT')) throw error;
        return this.client.call('EVAL', SCRIPTS[name], ...params);
      });
    } catch (error) {
      throw asBoardError(error);
    }
  }
}

/** What the server refuses for good, by how its answers begin. */
const REFUSALS = /^(NOAUTH|WRONGPASS|NOPERM|OOM|WRONGTYPE|CROSSSLOT|ERR )/;

/** What a call to Redis failed with; connections that break are left as they are. */
export function asBoardError(error: unknown): unknown {
  const text = textOf(error);
  if (text.includes('NOSESSION')) return new BoardError('BOARD_CLOSED', 'the session is over: join again', { cause: error });
  if (REFUSALS.test(text)) return new BoardError('BOARD_REFUSED', `Redis refused: ${text}`, { cause: error });
  return error;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
