import type { Queue } from '../../transport/index.js';
import { TransportError } from '../../transport/index.js';
import type { NatsClient } from './client.js';
import { isNotFound } from './errors.js';
import type { Kind, NatsNames } from './names.js';

const NANOS = 1_000_000;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** So long the server knows the ids of messages, and takes none twice. */
const KNOWN_MS = 2 * MINUTE_MS;
/** A queue may have so many consumers that wait at once. */
const MOST_WAITING = 4_096;
/** After so long without messages for whoever consumes, a stream forgets how far they were. The messages stay. */
const UNUSED_MS: Readonly<Record<Queue['kind'], number>> = { work: 7 * DAY_MS, inbox: 20 * MINUTE_MS, dead: 0 };
/** So long a message is kept; 0 for ever. */
const KEPT_MS: Readonly<Record<Kind, number>> = { work: 0, inbox: DAY_MS, dead: 0, parts: 7 * DAY_MS };

/** A consumer as it is in the broker, where somebody else may have made it. */
export interface Consumer {
  readonly stream: string;
  readonly name: string;
  /** So long the broker waits for a sign of life of whoever has a message. */
  readonly ackWaitMs: number;
}

export interface StreamOptions {
  readonly replicas: number;
  readonly ackWaitMs: number;
}

/** Streams and consumers of a prefix: made where they are missing, and left as they are otherwise. */
export class NatsStreams {
  readonly #client: NatsClient;
  readonly #names: NatsNames;
  readonly #options: StreamOptions;
  /** Those that are there. */
  readonly #known = new Map<Kind, Promise<void>>();

  constructor(client: NatsClient, names: NatsNames, options: StreamOptions) {
    this.#client = client;
    this.#names = names;
    this.#options = options;
  }

  /** What was there may be gone. */
  forget(): void {
    this.#known.clear();
  }

  ensure(kind: Kind): Promise<void> {
    const known = this.#known.get(kind);
    if (known !== undefined) return known;
    const made = this.#ensure(kind);
    this.#known.set(kind, made);
    made.catch(() => {
      if (this.#known.get(kind) === made) this.#known.delete(kind);
    });
    return made;
  }

  /** The consumer of a queue. */
  async consumer(queue: Queue): Promise<Consumer> {
    const { consumers } = this.#client.jsm;
    await this.ensure(queue.kind);
    const [stream, name] = [this.#names.streamOf(queue.kind), this.#names.consumerOf(queue)];
    const filter_subject = this.#names.subjectOf(queue);
    const { config } = await foundOrMade(
      () => consumers.info(stream, name),
      () =>
        consumers.add(stream, {
          ...{ durable_name: name, filter_subject, ack_policy: 'explicit', ack_wait: this.#options.ackWaitMs * NANOS },
          // How often is judged where it is handled: the server would keep the message, and deliver it to nobody.
          ...{ max_deliver: -1, max_ack_pending: -1, max_waiting: MOST_WAITING },
          ...(UNUSED_MS[queue.kind] === 0 ? {} : { inactive_threshold: UNUSED_MS[queue.kind] * NANOS }),
        }),
    );
    if (config.filter_subject !== filter_subject || config.ack_policy !== 'explicit' || config.deliver_subject !== undefined)
      throw occupied(`the consumer ${name} of the stream ${stream}`);
    return { stream, name, ackWaitMs: (config.ack_wait ?? this.#options.ackWaitMs * NANOS) / NANOS };
  }

  /** Messages of a queue that were never delivered, and those that were and are not done. */
  async depth(queue: Queue): Promise<{ readonly waiting: number; readonly delivered: number }> {
    const { consumers, streams } = this.#client.jsm;
    await this.ensure(queue.kind);
    const stream = this.#names.streamOf(queue.kind);
    try {
      const info = await consumers.info(stream, this.#names.consumerOf(queue));
      return { waiting: info.num_pending, delivered: info.num_ack_pending };
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const subject = this.#names.subjectOf(queue);
      const { state } = await streams.info(stream, { subjects_filter: subject });
      return { waiting: state.subjects?.[subject] ?? 0, delivered: 0 };
    }
  }

  async #ensure(kind: Kind): Promise<void> {
    const { streams } = this.#client.jsm;
    const name = this.#names.streamOf(kind);
    const subjects = [this.#names.subjectsOf(kind)];
    const retention = kind === 'parts' ? 'limits' : 'workqueue';
    const { config } = await foundOrMade(
      () => streams.info(name),
      () =>
        streams.add({
          ...{ name, subjects, retention, storage: 'file', num_replicas: this.#options.replicas },
          // Who limits it later loses no call by that: what does not fit is refused.
          ...{ discard: 'new', max_age: KEPT_MS[kind] * NANOS, duplicate_window: KNOWN_MS * NANOS },
        }),
    );
    if (config.retention !== retention || !config.subjects?.includes(subjects[0] ?? '')) throw occupied(`the stream ${name}`);
  }
}

async function foundOrMade<T>(find: () => Promise<T>, make: () => Promise<T>): Promise<T> {
  const found = await find().catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (found !== undefined) return found;
  // Another process may have made it just now.
  return await make().catch((error: unknown) =>
    find().catch(() => {
      throw error;
    }),
  );
}

function occupied(what: string): TransportError {
  return new TransportError(
    'TRANSPORT_REFUSED',
    `${what} is there already, and was not made by flowproof: delete it, or give another prefix`,
  );
}
