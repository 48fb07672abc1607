import type { Delivery, Handled, Message } from './transport.js';

/** A message that waits, with what has become of it so far. */
export interface Waiting extends Message {
  readonly deliveries: number;
  readonly reason?: string;
}

interface Taker {
  readonly limit: number;
  readonly handled: (delivery: Delivery) => Promise<Handled>;
  readonly inHand: Set<Waiting>;
}

/** Of one taker. */
export interface MemoryTaking {
  /** It gets no more. */
  stop(): void;
  /** It is gone: all that it has in hand waits again. */
  end(): void;
}

/** A queue of messages in this process, with its consumers, who have them by turns. */
export class MemoryQueue {
  readonly #waiting: Waiting[] = [];
  readonly #consumers: Taker[] = [];
  readonly #limit: number;
  readonly #bury: (message: Waiting, reason: string) => void;

  /** @param limit how often a message is delivered at most */
  constructor(limit: number, bury: (message: Waiting, reason: string) => void) {
    this.#limit = limit;
    this.#bury = bury;
  }

  get depth(): { readonly waiting: number; readonly consumers: number } {
    return { waiting: this.#waiting.length, consumers: this.#consumers.length };
  }

  add(message: Waiting): void {
    this.#waiting.push(message);
    this.#deliver();
  }

  consume(limit: number, handled: Taker['handled']): MemoryTaking {
    const taker: Taker = { limit, handled, inHand: new Set() };
    this.#consumers.push(taker);
    this.#deliver();
    const stop = (): void => {
      const at = this.#consumers.indexOf(taker);
      if (at >= 0) this.#consumers.splice(at, 1);
    };
    return {
      stop,
      end: () => {
        stop();
        for (const message of [...taker.inHand].reverse()) this.#giveBack(message);
        taker.inHand.clear();
        this.#deliver();
      },
    };
  }

  #deliver(): void {
    while (this.#waiting.length > 0) {
      const at = this.#consumers.findIndex(({ limit, inHand }) => inHand.size < limit);
      if (at < 0) return;
      const [taker] = this.#consumers.splice(at, 1) as [Taker];
      // The next one is another taker's.
      this.#consumers.push(taker);
      const message = this.#waiting.shift() as Waiting;
      taker.inHand.add(message);
      void this.#handle(taker, { ...message, deliveries: message.deliveries + 1 }, message);
    }
  }

  async #handle(taker: Taker, delivered: Waiting, message: Waiting): Promise<void> {
    // As with a broker, nothing is handled while it is given.
    await Promise.resolve();
    if (!taker.inHand.has(message)) return;
    let isDone = true;
    try {
      const handled = await taker.handled({ ...delivered, alive: () => undefined });
      if (handled !== undefined && taker.inHand.has(message)) this.#bury(delivered, handled.dead);
    } catch {
      isDone = false;
    }
    if (!taker.inHand.delete(message)) return;
    if (!isDone) this.#giveBack(message);
    this.#deliver();
  }

  #giveBack(message: Waiting): void {
    const tried = { ...message, deliveries: message.deliveries + 1 };
    if (tried.deliveries >= this.#limit) this.#bury(tried, `it was delivered ${tried.deliveries} times, and given back each time`);
    else this.#waiting.unshift(tried);
  }
}
