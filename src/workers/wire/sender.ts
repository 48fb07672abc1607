import type { Clock } from '../../model/clock.js';
import { isFlowproofError } from '../../model/errors.js';
import { type Ids, randomIds } from '../../model/ids.js';
import type { Queue, TransportConnection } from '../../transport/index.js';
import { sealed } from './envelope.js';
import type { Published, WireMessage } from './messages.js';

/** Before it is tried again to give a message to a broker that is out of reach. */
const AGAIN_MS = 500;

/** Gives messages, however long the broker is out of reach. */
export class Sender {
  readonly #connection: TransportConnection;
  readonly #clock: Clock;
  readonly #ids: Ids = randomIds();
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(connection: TransportConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /**
   * Resolves when the broker has it, or nobody wants that any more.
   *
   * @throws TransportError `TRANSPORT_REFUSED` when there can be no such message
   */
  send(queue: Queue, message: WireMessage, isWanted: () => boolean = () => true): Promise<void> {
    const given = this.#send(queue, message, isWanted);
    this.#underWay.add(given);
    const end = (): void => void this.#underWay.delete(given);
    given.then(end, end);
    return given;
  }

  publish(topic: string, message: Published): void {
    this.#connection.publish(topic, { id: this.#ids.unique(), body: sealed(message) });
  }

  /** Resolves when all that was given is there, or can't be. */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#underWay]);
  }

  /** Nothing is tried again from now on. */
  close(): void {
    this.#isClosed = true;
  }

  async #send(queue: Queue, content: WireMessage, isWanted: () => boolean): Promise<void> {
    const message = { id: this.#ids.unique(), body: sealed(content) };
    while (!this.#isClosed && isWanted()) {
      try {
        await this.#connection.send(queue, message);
        return;
      } catch (error) {
        if (isFlowproofError(error, 'TRANSPORT_REFUSED')) throw error;
        if (isFlowproofError(error, 'TRANSPORT_CLOSED')) return;
      }
      await new Promise<void>((resolve) => this.#clock.after(AGAIN_MS, resolve, { keepsAlive: false, upkeep: true }));
    }
  }
}
