import { boardOf, DEDUPE_MS, type JobBoard, ServerClock, TreeDriver } from '../../boards/index.js';
import { systemClock } from '../../model/clock.js';
import { ZookeeperTree } from './zookeeper-tree.js';

export interface ZookeeperOptions {
  /** The node that holds this board; boards in one ZooKeeper are told apart by it. Default: `/flowproof`. */
  readonly root?: string;
  /** A user of the scheme `digest`: nodes are then for that user alone. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** How long an id is remembered after its job was consumed, in milliseconds. Default: ten minutes. */
  readonly dedupeMs?: number;
  /** How long calls outside of sessions wait for an answer, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
}

/**
 * A board of jobs in ZooKeeper 3.5 or later. What it acknowledged is on the disks of most members. A list of jobs is read as a whole, so
 * it is for some thousand jobs that wait, not for millions.
 *
 * A lease must be within what the server grants (`minSessionTimeout`, `maxSessionTimeout`: by default from 2 to 20 of its ticks); a
 * shorter one is made longer there. The client knows no TLS: put a proxy beside it.
 *
 * @param hosts Some members, such as `'a:2181,b:2181'` or a list of them.
 *
 * Opening throws BoardError `BOARD_REFUSED` for a user that may not read the root, `BOARD_UNREACHABLE` when no server answers.
 *
 * @example
 * ```ts
 * import { zookeeper } from 'flowproof/zookeeper';
 * const board = zookeeper('zk-1:2181,zk-2:2181,zk-3:2181', { root: '/shop' });
 * ```
 */
export function zookeeper(hosts: string | readonly string[], options: ZookeeperOptions = {}): JobBoard {
  const { root = '/flowproof', auth, dedupeMs = DEDUPE_MS, timeoutMs = 10_000 } = options;
  const list = typeof hosts === 'string' ? hosts : hosts.join(',');
  if (list === '') throw new TypeError('a board in ZooKeeper needs a member at least, such as zk-1:2181');
  if (typeof root !== 'string' || !/^(\/[\w%-]+)+$/.test(root))
    throw new TypeError(`the root of a board in ZooKeeper must be a path such as /shop, not ${JSON.stringify(root)}`);
  const tree = new ZookeeperTree({
    ...{ hosts: list, root, timeoutMs, clock: new ServerClock(systemClock) },
    ...(auth !== undefined && { auth }),
  });
  return boardOf({ name: `zookeeper:${root}`, driver: new TreeDriver(tree, dedupeMs), timeoutMs });
}
