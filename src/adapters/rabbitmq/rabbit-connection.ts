import type { AsyncMessage, Channel, Connection, Publisher } from 'rabbitmq-client';
import { atMost, systemClock } from '../../model/clock.js';
import {
  answerWithin,
  DEAD,
  type Delivery,
  type Depth,
  type Handled,
  type Message,
  type Queue,
  type Stop,
  type TransportConnection,
} from '../../transport/index.js';
import { asTransportError, closed } from './errors.js';
import type { RabbitQueues } from './queues.js';
import { Subscription } from './subscription.js';

const REASON = 'flowproof-reason';
/** So long the broker has to answer that a connection is closed; then its socket is left. */
const CLOSING_MS = 2_000;

export class RabbitConnection implements TransportConnection {
  readonly #connection: Connection;
  readonly #queues: RabbitQueues;
  readonly #timeoutMs: number;
  readonly #publisher: Publisher;
  readonly #topicPublisher: Publisher;
  readonly #subscriptions = new Set<Subscription>();
  /** Queues that are there, since the connection is. */
  #declared = new Map<string, Promise<unknown>>();
  #isClosed = false;

  constructor(connection: Connection, queues: RabbitQueues, timeoutMs: number) {
    this.#connection = connection;
    this.#queues = queues;
    this.#timeoutMs = timeoutMs;
    connection.on('connection', () => this.#declared.clear());
    this.#publisher = connection.createPublisher({ confirm: true });
    this.#topicPublisher = connection.createPublisher({ exchanges: [queues.exchange] });
  }

  async send(queue: Queue, message: Message): Promise<void> {
    await this.#inTime(`giving a message to ${queue.name}`, async () => {
      await this.#declare(queue);
      await this.#publish(queue, message);
    });
  }

  async consume(queue: Queue, { limit }: { readonly limit: number }, handled: (delivery: Delivery) => Promise<Handled>): Promise<Stop> {
    return this.#subscribe(`taking from ${queue.name}`, {
      setUp: async (channel) => {
        await channel.queueDeclare(this.#queues.declarationOf(DEAD));
        await channel.queueDeclare(this.#queues.declarationOf(queue));
        await channel.basicQos({ prefetchCount: limit });
        return { queue: this.#queues.nameOf(queue) };
      },
      heard: (message, channel) => void this.#handle(message, channel, handled),
    });
  }

  publish(topic: string, { id, body }: Message): void {
    // What is published may be lost: it is not kept until there is a connection.
    if (this.#isClosed || !this.#connection.ready) return;
    const { exchange } = this.#queues.exchange;
    this.#topicPublisher.send({ exchange, routingKey: topic, messageId: id }, Buffer.from(body)).catch(() => undefined);
  }

  async subscribe(topic: string, heard: (message: Message) => void): Promise<Stop> {
    return this.#subscribe(`hearing ${topic}`, {
      setUp: async (channel) => {
        const { exchange } = this.#queues.exchange;
        await channel.exchangeDeclare(this.#queues.exchange);
        const { queue } = await channel.queueDeclare(this.#queues.hearing());
        await channel.queueBind({ queue, exchange, routingKey: topic });
        return { queue, noAck: true, exclusive: true };
      },
      heard: (message) => heard({ id: message.messageId ?? '', body: textOf(message) }),
    });
  }

  depth(queue: Queue): Promise<Depth> {
    return this.#inTime(`counting ${queue.name}`, async () => {
      // Not asked passively: to ask so for one that is not there yet would be a mistake.
      const { messageCount, consumerCount } = await this.#connection.queueDeclare(this.#queues.declarationOf(queue));
      return { waiting: messageCount, consumers: consumerCount };
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const goodbye = async (): Promise<void> => {
      await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
      await Promise.all([this.#publisher.close(), this.#topicPublisher.close()]);
      await this.#connection.close();
    };
    await atMost(systemClock, CLOSING_MS, goodbye());
    this.#connection.unsafeDestroy();
  }

  async #handle(message: AsyncMessage, channel: Channel, handled: (delivery: Delivery) => Promise<Handled>): Promise<void> {
    let end: 'ack' | 'nack' = 'ack';
    try {
      const delivery = deliveryOf(message);
      const verdict = await handled(delivery);
      if (verdict !== undefined) await this.#bury(delivery, verdict.dead);
    } catch {
      end = 'nack';
    }
    // On the channel that it came by: when that is gone, the message is another delivery already.
    if (!channel.active) return;
    const { deliveryTag } = message;
    try {
      if (end === 'ack') channel.basicAck({ deliveryTag });
      else channel.basicNack({ deliveryTag, requeue: true });
    } catch {
      // The same.
    }
  }

  async #bury(message: Message, reason: string): Promise<void> {
    await this.#declare(DEAD);
    await this.#publish(DEAD, message, { [REASON]: reason });
  }

  async #publish(queue: Queue, { id, body }: Message, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const routingKey = this.#queues.nameOf(queue);
    await this.#publisher.send({ routingKey, messageId: id, durable: true, headers }, Buffer.from(body));
  }

  #declare(queue: Queue): Promise<unknown> {
    const name = this.#queues.nameOf(queue);
    const known = this.#declared.get(name);
    if (known !== undefined) return known;
    const declared = this.#connection.queueDeclare(this.#queues.declarationOf(queue));
    this.#declared.set(name, declared);
    declared.catch(() => this.#declared.delete(name));
    return declared;
  }

  async #subscribe(what: string, parts: Pick<ConstructorParameters<typeof Subscription>[0], 'setUp' | 'heard'>): Promise<Stop> {
    const subscription = new Subscription({ ...parts, connection: this.#connection, clock: systemClock });
    await this.#inTime(what, () => subscription.begin());
    this.#subscriptions.add(subscription);
    return () => subscription.stop();
  }

  /** Its answer, or an error of ours: a connection that is cut answers nothing for a while. */
  #inTime<T>(what: string, call: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed());
    const answer = call().catch((error: unknown) => {
      throw this.#isClosed ? closed() : asTransportError(error, what);
    });
    return answerWithin(this.#timeoutMs, what, answer);
  }
}

function textOf({ body }: AsyncMessage): string {
  return Buffer.isBuffer(body) ? body.toString('utf8') : typeof body === 'string' ? body : JSON.stringify(body);
}

function deliveryOf(message: AsyncMessage): Delivery {
  const { headers = {}, redelivered, messageId = '' } = message;
  const count = headers['x-delivery-count'];
  const death = (headers['x-death'] as readonly { readonly reason?: unknown }[] | undefined)?.[0]?.reason;
  const reason = headers[REASON] ?? (death === undefined ? undefined : `the broker put it here: ${String(death)}`);
  return {
    id: messageId,
    body: textOf(message),
    // Only quorum queues count.
    deliveries: typeof count === 'number' ? count + 1 : redelivered ? 2 : 1,
    ...(reason === undefined ? {} : { reason: String(reason) }),
    alive: () => undefined,
  };
}
