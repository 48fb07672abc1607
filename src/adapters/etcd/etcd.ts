import { type BoardTls, boardOf, DEDUPE_MS, type JobBoard, ServerClock, TreeDriver } from '../../boards/index.js';
import { systemClock } from '../../model/clock.js';
import { EtcdTree } from './etcd-tree.js';
import { type Credentials, type Fetch, Gateway } from './gateway.js';
import { fetchBy } from './tls-fetch.js';

export interface EtcdOptions {
  /** What the keys of this board begin with; boards in one etcd are told apart by it. Default: `flowproof`. */
  readonly prefix?: string;
  /** Who asks, where etcd wants to know. Default: what the first endpoint says, such as `http://user:password@host:2379`. */
  readonly auth?: Credentials;
  /** How long an id is remembered after its job was consumed, in milliseconds. Default: ten minutes. */
  readonly dedupeMs?: number;
  /** How long calls outside of sessions wait for an answer, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Certificates, for endpoints by `https:`. Default: what Node.js trusts. */
  readonly tls?: BoardTls;
  /** What sends requests, in the place of that of this process; then it is what brings certificates. */
  readonly fetch?: Fetch;
}

/**
 * A board of jobs in etcd 3.4 or later, by its JSON gateway: nothing has to be installed. What it acknowledged is on the disks of most
 * members. Each claim and each end is a transaction, so it is for some hundred jobs a second, not for thousands.
 *
 * Leases of etcd are whole seconds, two at least, and begin anew when its leader changes. Times come from the `Date` of its answers: a
 * delay may be longer by a second.
 *
 * @param endpoints URLs of some members; the next one is taken when one fails. `https:` is TLS.
 *
 * Opening throws BoardError `BOARD_REFUSED` when etcd is older or wants another password, `BOARD_UNREACHABLE` when it does not answer.
 *
 * @example
 * ```ts
 * import { etcd } from 'flowproof/etcd';
 * const board = etcd(['http://etcd-1:2379', 'http://etcd-2:2379'], { prefix: 'shop' });
 * ```
 */
export function etcd(endpoints: string | readonly string[], options: EtcdOptions = {}): JobBoard {
  const { prefix = 'flowproof', auth, dedupeMs = DEDUPE_MS, timeoutMs = 10_000, tls } = options;
  if (tls !== undefined && options.fetch !== undefined)
    throw new TypeError('a board in etcd takes { tls } or a { fetch } that brings its certificates, not both');
  const { fetch = tls === undefined ? (globalThis.fetch as unknown as Fetch) : fetchBy(tls) } = options;
  if (typeof prefix !== 'string' || prefix === '')
    throw new TypeError(`the prefix of a board in etcd must be a text, not ${JSON.stringify(prefix)}`);
  const urls = [endpoints].flat().map((endpoint) => new URL(endpoint));
  const [first] = urls;
  if (first === undefined) throw new TypeError('a board in etcd needs the URL of a member at least');
  const named =
    first.username === '' ? undefined : { username: decodeURIComponent(first.username), password: decodeURIComponent(first.password) };
  const credentials = auth ?? named;
  const clock = new ServerClock(systemClock);
  const gateway = new Gateway({
    endpoints: urls.map(({ origin, pathname }) => `${origin}${pathname.replace(/\/$/, '')}`),
    ...(credentials !== undefined && { auth: credentials }),
    fetch,
    heardDate: (atMs, sentAtMs) => clock.heard(atMs, atMs + 1_000, sentAtMs),
  });
  const tree = new EtcdTree(gateway, `/${prefix}`, clock, timeoutMs);
  return boardOf({ name: `etcd:${prefix}`, driver: new TreeDriver(tree, dedupeMs), timeoutMs });
}
