import type { GivenKeys } from '../encryption/index.js';
import { MemoryQueue, type Waiting } from './memory-queue.js';
import { sealedTransport } from './sealed-transport.js';
import { DEAD, type Message, type Queue, type Stop, type Transport, type TransportConnection } from './transport.js';
import { TransportError } from './transport-error.js';

export interface MemoryTransportOptions {
  /** How often a message is delivered before it is put to the dead ones. Default: 20. */
  readonly deliveryLimit?: number;
  /** Seals messages, as with a broker. Default: they are not, and nothing of them leaves the process. */
  readonly keys?: GivenKeys;
}

const DELIVERY_LIMIT = 20;

/**
 * A transport within this process, for tests: engines and workers that are given the same one reach each other.
 *
 * @throws TypeError, RangeError when `keys` are none, or `deliveryLimit` is no whole number of at least 1
 *
 * @example
 * ```ts
 * import { memoryTransport } from 'flowproof/testing';
 * import { remote } from 'flowproof/workers';
 * const transport = memoryTransport();
 * const executor = remote({ transport });
 * ```
 */
export function memoryTransport({ deliveryLimit = DELIVERY_LIMIT, keys }: MemoryTransportOptions = {}): Transport {
  if (!Number.isInteger(deliveryLimit) || deliveryLimit < 1)
    throw new RangeError(`memoryTransport({ deliveryLimit: ${deliveryLimit} }): give a whole number of at least 1`);
  const broker = new MemoryBroker(deliveryLimit);
  return sealedTransport(
    'memoryTransport',
    { name: 'memory', keepsSecrets: true, connect: async () => new MemoryConnection(broker) },
    keys,
  );
}

type Heard = (message: Message) => void;

/** What all connections share. */
class MemoryBroker {
  readonly topics = new Map<string, Set<Heard>>();
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #deliveryLimit: number;

  constructor(deliveryLimit: number) {
    this.#deliveryLimit = deliveryLimit;
  }

  queue({ kind, name }: Queue): MemoryQueue {
    const key = `${kind} ${name}`;
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    // A dead message stays, however often it is looked at.
    const limit = kind === 'dead' ? Number.POSITIVE_INFINITY : this.#deliveryLimit;
    const made = new MemoryQueue(limit, (message: Waiting, reason) => this.queue(DEAD).add({ ...message, deliveries: 0, reason }));
    this.#queues.set(key, made);
    return made;
  }
}

class MemoryConnection implements TransportConnection {
  readonly #broker: MemoryBroker;
  readonly #ends = new Set<() => void>();
  #isClosed = false;

  constructor(broker: MemoryBroker) {
    this.#broker = broker;
  }

  async send(queue: Queue, { id, body }: Message): Promise<void> {
    this.#demandOpen();
    this.#broker.queue(queue).add({ id, body, deliveries: 0 });
  }

  async consume(
    queue: Queue,
    { limit }: { readonly limit: number },
    handled: Parameters<TransportConnection['consume']>[2],
  ): Promise<Stop> {
    this.#demandOpen();
    const taking = this.#broker.queue(queue).consume(limit, handled);
    this.#ends.add(() => taking.end());
    return async () => taking.stop();
  }

  publish(topic: string, message: Message): void {
    if (this.#isClosed) return;
    for (const heard of this.#broker.topics.get(topic) ?? []) void Promise.resolve().then(() => heard(message));
  }

  async subscribe(topic: string, heard: Heard): Promise<Stop> {
    this.#demandOpen();
    const all = this.#broker.topics.get(topic) ?? new Set<Heard>();
    this.#broker.topics.set(topic, all);
    let isOff = false;
    const once: Heard = (message) => {
      if (!isOff) heard(message);
    };
    all.add(once);
    const stop = (): void => {
      isOff = true;
      all.delete(once);
    };
    this.#ends.add(stop);
    return async () => stop();
  }

  async depth(queue: Queue): Promise<{ readonly waiting: number; readonly consumers: number }> {
    this.#demandOpen();
    return this.#broker.queue(queue).depth;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#ends) end();
    this.#ends.clear();
  }

  #demandOpen(): void {
    if (this.#isClosed) throw new TransportError('TRANSPORT_CLOSED', 'this connection to the transport was closed');
  }
}
