import { atMost, systemClock } from '../../model/clock.js';
import { isFlowproofError } from '../../model/errors.js';
import {
  DEAD,
  type Delivery,
  type Depth,
  type Handled,
  type Message,
  type Queue,
  type Stop,
  type TransportConnection,
} from '../../transport/index.js';
import type { Arrived } from './arrived.js';
import type { NatsClient } from './client.js';
import { ConsumerCounts } from './counts.js';
import { closed, isUnanswered } from './errors.js';
import { NatsLink } from './link.js';
import type { NatsNames } from './names.js';
import { type Packed, Payloads, partsOf, UnreadableError, withoutBody } from './payloads.js';
import { Pull } from './pull.js';
import { NatsStreams, type StreamOptions } from './streams.js';

/** So long the broker has to hear what is given back when a connection is closed. */
const CLOSING_MS = 2_000;
/** Before what could not be put to the dead ones, or read, is tried again. */
const LATER_MS = 5_000;

export interface ConnectionOptions extends StreamOptions {
  readonly deliveryLimit: number;
  readonly timeoutMs: number;
}

type Handle = (delivery: Delivery) => Promise<Handled>;

export class NatsConnection implements TransportConnection {
  readonly #link: NatsLink;
  readonly #names: NatsNames;
  readonly #streams: NatsStreams;
  readonly #payloads: Payloads;
  readonly #counts: ConsumerCounts;
  readonly #deliveryLimit: number;
  readonly #pulls = new Set<Pull>();
  /** Of each queue: when all that was sent before is on its way. */
  readonly #sent = new Map<string, Promise<unknown>>();

  constructor(client: NatsClient, names: NatsNames, options: ConnectionOptions) {
    this.#link = new NatsLink(client, options.timeoutMs);
    this.#names = names;
    this.#streams = new NatsStreams(client, names, options);
    this.#payloads = new Payloads(client, names, this.#streams);
    this.#counts = new ConsumerCounts(this.#link, names);
    this.#deliveryLimit = options.deliveryLimit;
    this.#link.onReturn(() => {
      this.#streams.forget();
      this.#sent.clear();
    });
  }

  send(queue: Queue, message: Message): Promise<void> {
    return this.#link.ask(`sending to ${queue.name}`, async () => {
      const subject = this.#names.subjectOf(queue);
      const packed = this.#inTurn(subject, async () => {
        await this.#streams.ensure(queue.kind);
        return this.#payloads.pack(message, queue.name);
      });
      await this.#publish(queue, await packed);
    });
  }

  async consume(queue: Queue, { limit }: { readonly limit: number }, handle: Handle): Promise<Stop> {
    const what = `consuming ${queue.name}`;
    const pull: Pull = new Pull({
      ...{ link: this.#link, limit },
      consumer: () => this.#link.ask(what, () => this.#streams.consumer(queue)),
      read: (arrived) => this.#read(queue, arrived, handle),
    });
    await pull.begin();
    this.#pulls.add(pull);
    this.#counts.add(queue, pull);
    return () => pull.stop();
  }

  publish(topic: string, message: Message): void {
    // What is published may be lost: it is not kept until there is a connection.
    if (!this.#link.isUp) return;
    void this.#link
      .ask(`publishing to ${topic}`, async () => {
        const subject = this.#names.topicOf(topic);
        const { payload, headers } = await this.#payloads.pack(message, topic);
        this.#link.client.connection.publish(subject, payload, { headers });
      })
      .catch(() => undefined);
  }

  async subscribe(topic: string, listener: (message: Message) => void): Promise<Stop> {
    if (this.#link.isClosed) throw closed();
    const { connection } = this.#link.client;
    let isOver = false;
    const subscription = connection.subscribe(this.#names.topicOf(topic), {
      callback: (error, message) => {
        const heard = error === null ? this.#payloads.unpack(message) : Promise.reject(error);
        heard.then((one) => isOver || this.#link.isClosed || listener(one)).catch(() => undefined);
      },
    });
    const stop = async (): Promise<void> => {
      isOver = true;
      subscription.unsubscribe();
    };
    try {
      // Then the server has it, and messages of others arrive.
      await this.#link.ask(`subscribing to ${topic}`, () => connection.flush());
    } catch (error) {
      await stop();
      throw error;
    }
    return stop;
  }

  depth(queue: Queue): Promise<Depth> {
    return this.#link.ask(`counting ${queue.name}`, async () => {
      const { consumers, inHand } = await this.#counts.ask(queue);
      const { waiting, delivered } = await this.#streams.depth(queue);
      // What was delivered to those who are gone waits as well.
      return { waiting: waiting + Math.max(0, delivered - inHand), consumers };
    });
  }

  async close(): Promise<void> {
    if (this.#link.isClosed) return;
    const goodbye = async (): Promise<void> => {
      await Promise.all([...this.#pulls].map((pull) => pull.close()));
      await this.#link.client.connection.flush();
    };
    await atMost(systemClock, CLOSING_MS, this.#link.isUp ? goodbye() : Promise.resolve());
    await this.#link.close();
  }

  /** What is sent to a queue later is published later, also when it is smaller. */
  async #inTurn(subject: string, pack: () => Promise<Packed>): Promise<Packed> {
    const before = this.#sent.get(subject);
    const packed = pack();
    const turn = Promise.allSettled([packed, before]);
    this.#sent.set(subject, turn);
    await turn;
    if (this.#sent.get(subject) === turn) this.#sent.delete(subject);
    return await packed;
  }

  async #publish(queue: Queue, { payload, headers, parts }: Packed): Promise<void> {
    const { js } = this.#link.client;
    const subject = this.#names.subjectOf(queue);
    try {
      const { duplicate } = await js.publish(subject, payload, { headers }).catch(async (error: unknown) => {
        if (!isUnanswered(error)) throw error;
        // Somebody has deleted the stream.
        this.#streams.forget();
        await this.#streams.ensure(queue.kind);
        return js.publish(subject, payload, { headers });
      });
      // The one that came first has parts of its own.
      if (duplicate) this.#payloads.discard(parts);
    } catch (error) {
      this.#payloads.discard(parts);
      throw error;
    }
  }

  async #read(queue: Queue, arrived: Arrived, handle: Handle): Promise<() => Promise<void>> {
    const { deliveries, message } = arrived;
    const handled = (content: Message) => () =>
      this.#handle(queue, arrived, { ...content, deliveries, alive: () => arrived.working() }, handle);
    try {
      return handled(await this.#payloads.unpack(message));
    } catch (error) {
      if (!(error instanceof UnreadableError)) return async () => arrived.giveBack(LATER_MS);
      // Of a dead one its reason is still good.
      if (queue.kind === 'dead') return handled(withoutBody(message));
      return () => this.#bury(arrived, withoutBody(message), error.message);
    }
  }

  async #handle(queue: Queue, arrived: Arrived, delivery: Delivery, handle: Handle): Promise<void> {
    const { deliveries } = delivery;
    // What is dead stays, however often it is looked at.
    const limit = queue.kind === 'dead' ? Number.POSITIVE_INFINITY : this.#deliveryLimit;
    const tooOften = `it was delivered ${Math.min(deliveries, limit)} times, and given back each time`;
    // Those who had it have died of it, maybe.
    if (deliveries > limit) return await this.#bury(arrived, delivery, tooOften);
    try {
      const handled = await handle(delivery);
      if (handled !== undefined) return await this.#bury(arrived, delivery, handled.dead);
    } catch {
      if (this.#link.isClosed) return;
      if (deliveries >= limit) return await this.#bury(arrived, delivery, tooOften);
      arrived.giveBack();
      return;
    }
    if (this.#link.isClosed) return;
    arrived.done();
    this.#payloads.discard(partsOf(arrived.message));
  }

  async #bury(arrived: Arrived, message: Message, reason: string): Promise<void> {
    try {
      await this.#link.ask('putting a message to the dead ones', async () => {
        await this.#streams.ensure('dead');
        await this.#publish(DEAD, await this.#payloads.packDead(arrived.message, message, reason));
      });
      arrived.done();
    } catch (error) {
      if (!isFlowproofError(error, 'TRANSPORT_CLOSED')) arrived.giveBack(LATER_MS);
    }
  }
}
