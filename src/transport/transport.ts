/**
 * A message on its way. Transports carry it, and never look into it.
 */
export interface Message {
  /** One that is sent twice under the same id may arrive once or twice. */
  readonly id: string;
  readonly body: string;
  /** Of a message that came where messages are sealed: why it can't be opened. Its body is as it came. */
  readonly unreadable?: string;
}

/** A message that a consumer has in hand. */
export interface Delivery extends Message {
  /** The how-manieth time it is delivered, from 1. */
  readonly deliveries: number;
  /** Of a message that lies in `dead`: why. */
  readonly reason?: string;
  /** Its consumer lives, and still has it: for transports that take a message away from consumers that are silent. */
  alive(): void;
}

/**
 * Where messages wait for consumers.
 *
 * - `work`: for one of many consumers. It stays when nobody consumes it, and survives a restart of the broker.
 * - `inbox`: of one process. It may be gone ten minutes after its last consumer.
 * - `dead`: what was given back too often, or can't be used, for people to look at.
 */
export interface Queue {
  readonly kind: 'work' | 'inbox' | 'dead';
  /** Letters, digits, and `. _ @ -`: at most 200 of them. */
  readonly name: string;
}

/** What becomes of a message that was handled: nothing more, or it is put to the dead ones. */
export type Handled = undefined | { readonly dead: string };

/** Nothing more comes. What is in hand stays so until it is handled, or the connection is closed. */
export type Stop = () => Promise<void>;

/** How full a queue is. */
export interface Depth {
  /** Messages that nobody has in hand. */
  readonly waiting: number;
  readonly consumers: number;
}

/**
 * A connection to a broker. It comes back by itself when it breaks, with all that it consumes and is subscribed to. What it rejects with is a
 * `TransportError`.
 */
export interface TransportConnection {
  /**
   * Resolves when the broker has it for sure. Messages of one connection to one queue arrive in their order while nothing breaks.
   *
   * Rejects with `TRANSPORT_UNREACHABLE` when that takes too long, `TRANSPORT_REFUSED` when there can be no such message.
   */
  send(queue: Queue, message: Message): Promise<void>;
  /**
   * Consumes a queue, at most so many messages at a time. One is done when `handle` resolves; it is delivered again, to any consumer, when
   * that rejects, when the connection ends, or when its process dies. One that was delivered too often is put to the dead ones instead.
   * `handle` is called in the order of the queue; it is not waited for before the next one.
   */
  consume(queue: Queue, options: { readonly limit: number }, handle: (delivery: Delivery) => Promise<Handled>): Promise<Stop>;
  /** To all who are subscribed to this topic now. It may be lost. */
  publish(topic: string, message: Message): void;
  subscribe(topic: string, listener: (message: Message) => void): Promise<Stop>;
  depth(queue: Queue): Promise<Depth>;
  /** What is in hand is delivered again, to others. */
  close(): Promise<void>;
}

/**
 * What carries messages between engines and workers, such as a broker: a value that `remote` and `worker` are given. Each of them
 * connects by itself.
 */
export interface Transport {
  /** For people: without passwords. */
  readonly name: string;
  /** Whether nobody else can read what it carries, as with `keys`; otherwise apps refuse flows whose secrets would be carried. Default: no. */
  readonly keepsSecrets?: boolean;
  /** Rejects with a `TransportError`. */
  connect(): Promise<TransportConnection>;
}

/** What can't be used is put here, in every transport. */
export const DEAD: Queue = { kind: 'dead', name: 'dead' };
