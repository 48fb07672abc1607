import { DEAD, type Queue } from '../../transport/index.js';

/** How a queue is declared. */
interface Declaration {
  readonly queue?: string;
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
  readonly arguments?: Readonly<Record<string, string | number>>;
}

/** After so long without consumers an inbox is gone. */
const INBOX_EXPIRES_MS = 600_000;
/** Of what was shouted, so many messages wait for one who hears slowly. */
const MOST_UNHEARD = 10_000;

/** The names and properties of what this transport has in a broker: all begin with its prefix. */
export class RabbitQueues {
  readonly #prefix: string;
  readonly #deliveryLimit: number;

  constructor(prefix: string, deliveryLimit: number) {
    this.#prefix = prefix;
    this.#deliveryLimit = deliveryLimit;
  }

  /** The exchange of all topics. */
  get exchange(): { readonly exchange: string; readonly type: string; readonly durable: boolean } {
    return { exchange: `${this.#prefix}.topics`, type: 'direct', durable: true };
  }

  nameOf({ kind, name }: Queue): string {
    return `${this.#prefix}.${kind}.${name}`;
  }

  /** Work is in quorum queues, which are on several nodes of a cluster, and count deliveries. */
  declarationOf(queue: Queue): Declaration {
    const declared = { queue: this.nameOf(queue), durable: true };
    switch (queue.kind) {
      case 'work':
        return {
          ...declared,
          arguments: {
            'x-queue-type': 'quorum',
            // It counts how often a message came back: one less than how often it was delivered.
            'x-delivery-limit': this.#deliveryLimit - 1,
            'x-dead-letter-exchange': '',
            'x-dead-letter-routing-key': this.nameOf(DEAD),
          },
        };
      case 'inbox':
        return { ...declared, arguments: { 'x-expires': INBOX_EXPIRES_MS } };
      case 'dead':
        return declared;
    }
  }

  /** A queue for what is published: only one connection consumes it, and it goes with that. */
  hearing(): Declaration {
    return { exclusive: true, autoDelete: true, arguments: { 'x-max-length': MOST_UNHEARD } };
  }
}
