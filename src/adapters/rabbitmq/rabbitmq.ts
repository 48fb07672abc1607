import { Connection } from 'rabbitmq-client';
import { brokerOptions, sealedTransport, type Transport, type TransportKeys } from '../../transport/index.js';
import { asTransportError, isRefusal } from './errors.js';
import { RabbitQueues } from './queues.js';
import { RabbitConnection } from './rabbit-connection.js';

export interface RabbitOptions extends TransportKeys {
  /** What the names of queues and of the exchange begin with; apps on one broker are told apart by it. Default: `flowproof`. */
  readonly prefix?: string;
  /** How often a message is delivered before it is put to the dead ones (`<prefix>.dead.dead`). Default: 20. */
  readonly deliveryLimit?: number;
  /** Certificates, for URLs that begin with `amqps:`. Default: what Node.js trusts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** How long it is waited for an answer of the broker, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
}

const HEARTBEAT_SECONDS = 10;
const RETRY_LOW_MS = 100;
const RETRY_HIGH_MS = 2_000;

/**
 * A transport by RabbitMQ 3.10 or later. Calls lie in quorum queues, with publisher confirms and acknowledgements; a worker that dies has
 * its calls delivered again at once. Connections come back by themselves, after restarts of the broker, too. The user needs the rights to
 * declare, write and read what begins with the prefix.
 *
 * Connecting rejects with TransportError `TRANSPORT_REFUSED` for a wrong password, `TRANSPORT_UNREACHABLE` when there is no answer.
 *
 * @param url with user, password and virtual host; `amqps:` for TLS
 * @throws TypeError, RangeError when the URL or an option makes no sense
 *
 * @example
 * ```ts
 * import { rabbitmq } from 'flowproof/rabbitmq';
 * import { remote } from 'flowproof/workers';
 * const executor = remote({ transport: rabbitmq('amqp://guest:guest@localhost:5672', { prefix: 'shop' }) });
 * ```
 */
export function rabbitmq(url: string, options: RabbitOptions = {}): Transport {
  const { prefix, deliveryLimit, timeoutMs } = brokerOptions('rabbitmq', options);
  const { tls } = options;
  if (typeof url !== 'string' || !/^amqps?:\/\//.test(url) || !URL.canParse(url))
    throw new TypeError('rabbitmq(url): give a URL that begins with amqp:// or amqps://');
  if (tls !== undefined && !url.startsWith('amqps:')) throw new TypeError('rabbitmq(url, { tls }) is for URLs that begin with amqps:');
  const { protocol, host } = new URL(url);
  const plain: Transport = {
    name: `${protocol}//${host}`,
    connect: async () => new RabbitConnection(await connected(url, timeoutMs, tls), new RabbitQueues(prefix, deliveryLimit), timeoutMs),
  };
  return sealedTransport('rabbitmq', plain, options.keys);
}

function connected(url: string, timeoutMs: number, tls: RabbitOptions['tls']): Promise<Connection> {
  const connection = new Connection({
    url,
    // Without it a call waits 40 ms for the acknowledgement of the packet before.
    noDelay: true,
    heartbeat: HEARTBEAT_SECONDS,
    retryLow: RETRY_LOW_MS,
    retryHigh: RETRY_HIGH_MS,
    acquireTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    ...(tls === undefined ? {} : { tls }),
  });
  return new Promise((resolve, reject) => {
    let trouble: unknown;
    const fail = (error: unknown): void => {
      connection.unsafeDestroy();
      reject(asTransportError(error, 'connecting'));
    };
    // Without a listener it would end the process. It connects again by itself, but for what is refused.
    connection.on('error', (error) => {
      trouble = error;
      if (isRefusal(error)) fail(error);
    });
    connection.onConnect(timeoutMs, true).then(
      () => resolve(connection),
      (error: unknown) => fail(trouble ?? error),
    );
  });
}
