import type { Kind } from '../../../scripts/board-programs.js';
import { etcd } from '../../../src/adapters/etcd/index.js';
import { redis } from '../../../src/adapters/redis/index.js';
import { zookeeper } from '../../../src/adapters/zookeeper/index.js';
import type { JobBoard } from '../../../src/contracts/index.js';

export type { Kind };

/** A board by the kind of its server, as the tests of all of them need it. */
export function makeBoard(
  kind: Kind,
  url: string,
  prefix: string,
  options: { readonly dedupeMs?: number; readonly timeoutMs?: number } = {},
): JobBoard {
  switch (kind) {
    case 'redis':
      return redis(url.includes(',') ? url.split(',') : url, { prefix, ...options });
    case 'etcd':
      return etcd(url.split(','), { prefix, ...options });
    case 'zookeeper':
      return zookeeper(url, { root: `/${prefix}`, ...options });
  }
}
