import { randomBytes } from 'node:crypto';
import { decryptText, encryptText, type GivenKeys, Keys } from '../encryption/index.js';
import type { Delivery, Message, Queue, Stop, Transport, TransportConnection } from './transport.js';
import { TransportError } from './transport-error.js';

export interface TransportKeys {
  /**
   * Seals what is sent with AES-256-GCM, so that whoever reads or writes in the broker can neither read a value nor send one: what
   * is not sealed with one of these keys is put to the dead messages. The first one seals, all of them open; a function is asked each time,
   * and returns what is at hand, no promise. To bring in a new one: give it to every app and worker as the second, then as the first, then
   * drop the old one. Default: nothing is sealed.
   */
  readonly keys?: GivenKeys;
}

const SEALED = '~sealed:';
const SALT_BYTES = 16;
/** Characters of a message: what carries them takes no more. */
const MAX_SEALED = 16_777_216;

/**
 * Seals all that a transport carries, where there are keys. Each message has a key of its own, and can be opened where it was sent to, and
 * nowhere else. How long it is, and where it goes to, stays readable.
 *
 * @param caller the function that was given the keys, as sentences name it
 * @throws TypeError when a key is not 32 bytes, there is none, two have one id, or the function is async
 */
export function sealedTransport(caller: string, transport: Transport, given: GivenKeys | undefined): Transport {
  if (given === undefined) return transport;
  const error = (kind: 'REFUSED' | 'UNREACHABLE', message: string, options: ErrorOptions) =>
    new TransportError(`TRANSPORT_${kind}`, message, options);
  const seal = new Seal(new Keys(given, { caller, purpose: 'messages 1', error }));
  return { name: transport.name, keepsSecrets: true, connect: async () => new SealedConnection(await transport.connect(), seal) };
}

class SealedConnection implements TransportConnection {
  readonly #connection: TransportConnection;
  readonly #seal: Seal;

  constructor(connection: TransportConnection, seal: Seal) {
    this.#connection = connection;
    this.#seal = seal;
  }

  async send(queue: Queue, { id, body }: Message): Promise<void> {
    await this.#connection.send(queue, { id, body: this.#seal.close(body, placeOf(queue)) });
  }

  consume(queue: Queue, options: { readonly limit: number }, handle: Parameters<TransportConnection['consume']>[2]): Promise<Stop> {
    // What is dead lies there as it came.
    if (queue.kind === 'dead') return this.#connection.consume(queue, options, handle);
    return this.#connection.consume(queue, options, async (delivery: Delivery) => {
      const alive = (): void => delivery.alive();
      return handle({ ...delivery, alive, ...this.#seal.open(delivery.body, placeOf(queue)) });
    });
  }

  publish(topic: string, { id, body }: Message): void {
    let sealed: string;
    try {
      sealed = this.#seal.close(body, `topic ${topic}`);
    } catch {
      // There are no keys now: what is published may be lost.
      return;
    }
    this.#connection.publish(topic, { id, body: sealed });
  }

  subscribe(topic: string, listener: (message: Message) => void): Promise<Stop> {
    return this.#connection.subscribe(topic, (message) => {
      let opened: Opened;
      try {
        opened = this.#seal.open(message.body, `topic ${topic}`);
      } catch {
        return;
      }
      listener({ ...message, ...opened });
    });
  }

  depth(queue: Queue): ReturnType<TransportConnection['depth']> {
    return this.#connection.depth(queue);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

type Opened = Pick<Message, 'body' | 'unreadable'>;

/** Seals messages for where they go to: the id of the key, a salt, and what the cipher gives. */
class Seal {
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** @throws TransportError */
  close(body: string, place: string): string {
    const salt = randomBytes(SALT_BYTES).toString('base64url');
    const { id, key } = this.#keys.current(salt);
    const sealed = `${SEALED}${id}.${salt}.${encryptText(body, key, place)}`;
    if (sealed.length <= MAX_SEALED) return sealed;
    throw new TransportError(
      'TRANSPORT_REFUSED',
      `a message of ${sealed.length} characters, sealed, is larger than messages may be (${MAX_SEALED}): store the value elsewhere, and hand on where it is`,
    );
  }

  /** @throws TransportError where there are no keys now */
  open(body: string, place: string): Opened {
    if (typeof body !== 'string' || !body.startsWith(SEALED)) return { body, unreadable: 'it is not sealed, where messages have to be' };
    const [id = '', salt = '', content = ''] = body.slice(SEALED.length).split('.', 3);
    const key = this.#keys.named(id, salt);
    if (key === undefined) return { body, unreadable: `it is sealed with the key ${JSON.stringify(id.slice(0, 32))}, which was not given` };
    try {
      return { body: decryptText(content, key, place) };
    } catch {
      return { body, unreadable: `it was changed or moved after it was sealed, or '${id}' names another key now` };
    }
  }
}

function placeOf({ kind, name }: Queue): string {
  return `${kind} ${name}`;
}
