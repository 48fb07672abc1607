import type { EncryptionKey } from 'flowproof';
import type { Transport } from 'flowproof/contracts';
import { withoutPassword } from '../terminal/complaint.js';
import { UsageError } from '../terminal/io.js';
import { withPackages } from '../terminal/packages.js';

/** Where a broker is, and by which names of queues. */
export interface TransportParams {
  readonly url: string;
  readonly prefix?: string;
  readonly deliveryLimit?: number;
  readonly keys?: readonly EncryptionKey[];
}

type Make = (url: string, options: Omit<TransportParams, 'url'>) => Transport;

/** Scheme of a URL → the transport that speaks it. */
const TRANSPORTS: readonly { readonly schemes: readonly string[]; readonly load: () => Promise<Make> }[] = [
  {
    schemes: ['amqp:', 'amqps:'],
    load: async () => (await withPackages('RabbitMQ', ['rabbitmq-client'], () => import('flowproof/rabbitmq'))).rabbitmq,
  },
  {
    schemes: ['nats:', 'tls:'],
    load: async () => (await withPackages('NATS', ['@nats-io/transport-node', '@nats-io/jetstream'], () => import('flowproof/nats'))).nats,
  },
];

/** @throws UsageError when nothing speaks this scheme, its client is missing, or an option makes no sense */
export async function transportAt({ url, ...options }: TransportParams): Promise<Transport> {
  const kind = TRANSPORTS.find(({ schemes }) => schemes.some((scheme) => url.startsWith(`${scheme}//`)));
  if (kind === undefined)
    throw new UsageError(
      `${withoutPassword(url)} is no address of a broker: give amqp://USER@HOST (or amqps) for RabbitMQ, nats://HOST (or tls) for NATS`,
    );
  const make = await kind.load();
  try {
    return make(url, options);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
