import { answerWithin } from '../../transport/index.js';
import { closeConnection, type NatsClient } from './client.js';
import { asTransportError, closed } from './errors.js';

/**
 * A connection that knows whether it is up. The client keeps what is asked meanwhile for a while, and then forgets it: so nothing is
 * asked before it is up, and what was under way when it broke is said to have failed at once.
 */
export class NatsLink {
  readonly client: NatsClient;
  readonly timeoutMs: number;
  readonly #waiting = new Set<() => void>();
  readonly #asking = new Set<(broken: Error) => void>();
  readonly #returns = new Set<() => void>();
  #isUp = true;
  #isClosed = false;

  constructor(client: NatsClient, timeoutMs: number) {
    this.client = client;
    this.timeoutMs = timeoutMs;
    void this.#watch();
  }

  get isUp(): boolean {
    return this.#isUp && !this.#isClosed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The answer of the broker. Rejects with a TransportError, at the latest after `timeoutMs`. */
  ask<T>(what: string, call: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed());
    let forget: () => void = () => undefined;
    const answer = new Promise<T>((resolve, reject) => {
      const begin = (): void => {
        this.#asking.add(reject);
        call().then(resolve, reject);
      };
      forget = () => {
        this.#waiting.delete(begin);
        this.#asking.delete(reject);
      };
      if (this.#isUp) begin();
      else this.#waiting.add(begin);
    });
    return answerWithin(this.timeoutMs, what, answer)
      .catch((error: unknown) => {
        throw this.#isClosed ? closed() : asTransportError(error, what);
      })
      .finally(forget);
  }

  /** Now, or when the connection is there again. */
  whenUp(callback: () => void): void {
    if (this.isUp) callback();
    else if (!this.#isClosed) this.#waiting.add(callback);
  }

  /** Each time that the connection is there again. */
  onReturn(callback: () => void): () => void {
    this.#returns.add(callback);
    return () => void this.#returns.delete(callback);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#break();
    this.#waiting.clear();
    await closeConnection(this.client.connection);
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.client.connection.status()) {
      if (type === 'disconnect') {
        this.#isUp = false;
        this.#break();
      } else if (type === 'reconnect' && !this.#isClosed) {
        this.#isUp = true;
        for (const callback of this.#returns) callback();
        const waiting = [...this.#waiting];
        this.#waiting.clear();
        for (const callback of waiting) callback();
      }
    }
  }

  #break(): void {
    for (const reject of this.#asking) reject(new Error('the connection broke'));
    this.#asking.clear();
  }
}
