import { inWords } from '../../model/in-words.js';
import { answerWithin, brokerOptions, checkedNumber, sealedTransport, type Transport, type TransportKeys } from '../../transport/index.js';
import { type Address, closeConnection, dial, isSeed, type NatsClient, withJetStream } from './client.js';
import { asConnectError } from './errors.js';
import { NatsNames } from './names.js';
import { NatsConnection } from './nats-connection.js';
import { greatestPayload } from './payloads.js';

export interface NatsOptions extends TransportKeys {
  /** What the names of streams and subjects begin with; apps on one server are told apart by it. Default: `flowproof`. */
  readonly prefix?: string;
  /** How often a message is delivered before it is put to the dead ones (the stream `<prefix>-dead`). Default: 20. */
  readonly deliveryLimit?: number;
  /** The text of a `.creds` file, or the seed of an NKey. Default: the user and password, or the token, of the URL. */
  readonly credentials?: string;
  /** Certificates, for URLs that begin with `tls:`. Default: what Node.js trusts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** On how many servers of a cluster a stream is kept, where it is made: 1, 3 or 5. Default: 1. */
  readonly replicas?: number;
  /**
   * A worker that gives no sign of life for so long has its messages delivered to others, in milliseconds; the broker remembers it for each
   * queue that was made with it. Default: 15,000.
   */
  readonly ackWaitMs?: number;
  /** How long it is waited for an answer of the broker, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
}

const REPLICAS = 1;
const MOST_REPLICAS = 5;
const ACK_WAIT_MS = 15_000;
const LEAST_ACK_WAIT_MS = 1_000;

/**
 * A transport by NATS 2.9 or later with JetStream. Calls lie in a stream with the retention of a work queue; what is sent is confirmed, and
 * acknowledged when it is handled; a worker that is silent has its calls delivered again. Connections come back by themselves, after
 * restarts of servers, too. Messages that are larger than the server's `max_payload` are stored in parts.
 *
 * Connecting rejects with TransportError `TRANSPORT_REFUSED` for a wrong password and for a server without JetStream,
 * `TRANSPORT_UNREACHABLE` when there is no answer.
 *
 * @param url with user and password, or a token; `tls:` for TLS. Or the URLs of several servers of a cluster
 * @throws TypeError, RangeError when a URL or an option makes no sense
 *
 * @example
 * ```ts
 * import { nats } from 'flowproof/nats';
 * import { remote } from 'flowproof/workers';
 * const executor = remote({ transport: nats('nats://localhost:4222', { prefix: 'shop' }) });
 * ```
 */
export function nats(url: string | readonly string[], options: NatsOptions = {}): Transport {
  const { prefix, deliveryLimit, timeoutMs } = brokerOptions('nats', options);
  const replicas = checkedNumber(
    'nats',
    'replicas',
    options.replicas ?? REPLICAS,
    '1, 3 or 5',
    (n) => Number.isInteger(n) && n <= MOST_REPLICAS,
  );
  const ackWaitMs = checkedNumber(
    ...(['nats', 'ackWaitMs', options.ackWaitMs ?? ACK_WAIT_MS, `at least ${LEAST_ACK_WAIT_MS} ms`] as const),
    (ms) => Number.isInteger(ms) && ms >= LEAST_ACK_WAIT_MS,
  );
  const address = addressOf(url, options);
  const names = new NatsNames(prefix);
  const plain: Transport = {
    name: address.servers.map((server) => `${address.tls === undefined ? 'nats' : 'tls'}://${server}`).join(','),
    connect: async () => new NatsConnection(await connected(address, timeoutMs), names, { deliveryLimit, replicas, ackWaitMs, timeoutMs }),
  };
  return sealedTransport('nats', plain, options.keys);
}

function addressOf(url: string | readonly string[], { tls, credentials }: NatsOptions): Address {
  const given: readonly unknown[] = Array.isArray(url) ? url : [url];
  const isRight = (one: unknown): one is string => typeof one === 'string' && /^(nats|tls):\/\/[^/]/.test(one) && URL.canParse(one);
  if (given.length === 0 || !given.every(isRight))
    throw new TypeError('nats(url): give a URL that begins with nats:// or tls://, or a list of some');
  const urls = (given as readonly string[]).map((one) => new URL(one));
  const usersOf = new Set(urls.map(({ username, password }) => `${username}:${password}`));
  if (new Set(urls.map(({ protocol }) => protocol)).size > 1 || usersOf.size > 1)
    throw new TypeError('nats(urls): give all servers of a cluster with the same scheme, user and password');
  const [{ protocol, username, password }] = urls as [URL];
  const isTls = protocol === 'tls:';
  if (tls !== undefined && !isTls) throw new TypeError('nats(url, { tls }) is for URLs that begin with tls:');
  return {
    servers: urls.map(({ host }) => host),
    ...(isTls ? { tls: tls ?? {} } : {}),
    ...(credentials === undefined ? userOf(username, password) : { credentials: checkedCredentials(credentials, username) }),
  };
}

function userOf(username: string, password: string): Pick<Address, 'user' | 'password' | 'token'> {
  if (username === '') return {};
  const user = decodeURIComponent(username);
  return password === '' ? { token: user } : { user, password: decodeURIComponent(password) };
}

function checkedCredentials(credentials: unknown, username: string): string {
  if (username !== '') throw new TypeError('nats(url, { credentials }): give the credentials, or a user in the URL, and not both');
  const isRight = typeof credentials === 'string' && (isSeed(credentials) || /-{3,}[^\n]*-{3,}\n/.test(credentials));
  if (isRight) return credentials;
  const what = typeof credentials === 'string' ? 'another text' : inWords(credentials);
  throw new TypeError(`nats(url, { credentials }) is ${what}: give the text of a .creds file, or the seed of a user's NKey`);
}

async function connected(address: Address, timeoutMs: number): Promise<NatsClient> {
  const dialed = dial(address, timeoutMs);
  let isLate = false;
  // One that comes after all is not left open.
  const closeLate = async (connection: Awaited<typeof dialed>): Promise<void> => {
    if (isLate) await closeConnection(connection);
  };
  dialed.then(closeLate).catch(() => undefined);
  try {
    const connection = await answerWithin(timeoutMs * address.servers.length, 'connecting', dialed);
    try {
      const client = await withJetStream(connection, timeoutMs);
      greatestPayload(client);
      return client;
    } catch (error) {
      await closeConnection(connection);
      throw error;
    }
  } catch (error) {
    isLate = true;
    throw asConnectError(error);
  }
}
