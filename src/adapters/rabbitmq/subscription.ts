import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client';
import type { Clock } from '../../model/clock.js';

/** Before what broke is set up again. */
const AGAIN_MS = 200;

interface SubscriptionParts {
  readonly connection: Connection;
  readonly clock: Clock;
  /** Declares what is needed, and says what is consumed. */
  setUp(channel: Channel): Promise<{ readonly queue: string; readonly noAck?: boolean; readonly exclusive?: boolean }>;
  heard(message: AsyncMessage, channel: Channel): void;
}

/**
 * A channel of its own that consumes a queue, and is there again when it breaks, as long as it is wanted. The client has consumers, too, but
 * those wait, before they are there again, for the end of all that was in hand.
 */
export class Subscription {
  readonly #parts: SubscriptionParts;
  #channel: Channel | undefined;
  #consumerTag = '';
  #isStopped = false;
  #isClosed = false;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** Rejects with why it can't be set up now; then nothing is left of it. */
  async begin(): Promise<void> {
    const channel = await this.#parts.connection.acquire({ emitErrorsFromChannel: true });
    // Without a listener it would end the process; what broke is set up again when it closes.
    channel.on('error', () => undefined);
    try {
      const consumed = await this.#parts.setUp(channel);
      const { consumerTag } = await channel.basicConsume(consumed, (message) => this.#parts.heard(message, channel));
      [this.#channel, this.#consumerTag] = [channel, consumerTag];
    } catch (error) {
      await channel.close().catch(() => undefined);
      throw error;
    }
    const again = (): void => {
      if (this.#channel === channel) this.#again();
    };
    channel.once('close', again);
    // Its queue was deleted, or its node is gone.
    channel.once('basic.cancel', () => void channel.close().catch(() => undefined));
    if (this.#isClosed) await this.close();
    else if (this.#isStopped) await this.stop();
    else if (!channel.active) again();
  }

  /** Nothing more is delivered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#channel?.active) await this.#channel.basicCancel({ consumerTag: this.#consumerTag }).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const channel = this.#channel;
    this.#channel = undefined;
    await channel?.close().catch(() => undefined);
  }

  #again(): void {
    this.#channel = undefined;
    if (this.#isStopped || this.#isClosed) return;
    const { clock } = this.#parts;
    clock.after(
      AGAIN_MS,
      () => {
        if (!this.#isStopped && !this.#isClosed) this.begin().catch(() => this.#again());
      },
      { keepsAlive: false },
    );
  }
}
