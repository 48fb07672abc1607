import { Redis } from 'ioredis';
import type { Payload } from '../steps.js';
import { RAW_LEASE_MS, type RawBoard } from './raw-board.js';

/** The lowest score is the oldest job; what is claimed goes to a set of its own, by when its lease ends. */
const CLAIM = `local first = redis.call('ZPOPMIN', KEYS[1])
  if not first[1] then return false end
  redis.call('ZADD', KEYS[2], ARGV[1], first[1])
  return { first[1], redis.call('HGET', KEYS[3], first[1]) }`;
const DONE = `redis.call('ZREM', KEYS[1], ARGV[1]) redis.call('HDEL', KEYS[2], ARGV[1])`;

type Scripts = Redis & {
  claimJob(...keysAndArgs: (string | number)[]): Promise<readonly [id: string, input: string] | null>;
  doneJob(...keysAndArgs: string[]): Promise<unknown>;
};

/** A sorted set of what is free, a script that claims, and one that deletes. */
export async function rawRedis(url: string): Promise<RawBoard> {
  const client = new Redis(url, { lazyConnect: true }) as Scripts;
  await client.connect();
  client.defineCommand('claimJob', { numberOfKeys: 3, lua: CLAIM });
  client.defineCommand('doneJob', { numberOfKeys: 2, lua: DONE });
  const [free, claimed, inputs] = ['raw:free', 'raw:claimed', 'raw:inputs'];
  return {
    async post(all) {
      const last = await client.incrby('raw:count', all.length);
      const batch = client.multi();
      for (const [n, input] of all.entries()) {
        const id = last - all.length + n + 1;
        batch.hset(inputs, id, JSON.stringify(input)).zadd(free, id, id);
      }
      await batch.exec();
    },
    async claim() {
      const found = await client.claimJob(free, claimed, inputs, Date.now() + RAW_LEASE_MS);
      return found === null ? undefined : { id: found[0], input: JSON.parse(found[1]) as Payload };
    },
    async done(id) {
      await client.doneJob(claimed, inputs, id);
    },
    async close() {
      client.disconnect();
    },
  };
}
