import { atMost, systemClock } from '../../model/clock.js';
import { Arrived } from './arrived.js';
import { createInbox, type Msg, type Subscription } from './client.js';
import type { NatsLink } from './link.js';
import type { Consumer } from './streams.js';

const NANOS = 1_000_000;
/** So long a request for messages is good: the server still gives to a process that stands still, or is cut off, for no longer than this. */
const EXPIRES_MS = 3_000;
/** A request of which nothing is heard for so long is lost. */
const LOST_MS = 3 * EXPIRES_MS;
/** Before what broke is set up again. */
const AGAIN_MS = 200;
/** So long the server has to hear that nothing more is wanted; then its requests expire by themselves. */
const STOPPING_MS = 2_000;
/** Signs of life while a message is in hand, in the time that the broker waits for one. */
const SIGNS = 3;
const STATUS = { nothing: 404, expired: 408 } as const;

interface PullParts {
  readonly link: NatsLink;
  readonly limit: number;
  /** Sees to it that the consumer is there. */
  consumer(): Promise<Consumer>;
  /** Reads a message, one after the other. What it resolves with handles it, until it is done with it. */
  read(arrived: Arrived): Promise<() => Promise<void>>;
}

/**
 * Consumes a queue with others, as long as it is wanted, through all that breaks. It asks for as many messages as it has room for: the client
 * has consumers, too, but those take what is in hand for done, and ask for all again when a connection comes back.
 */
export class Pull {
  readonly #parts: PullParts;
  readonly #inbox = createInbox();
  /** Here, and not begun yet. */
  readonly #arrived: Arrived[] = [];
  readonly #inHand = new Set<Arrived>();
  #consumer: Consumer | undefined;
  #subscription: Subscription | undefined;
  /** Messages that the server still owes to the last request. */
  #requested = 0;
  #requestCount = 0;
  #heardMs = 0;
  #isReading = false;
  #isStopped = false;
  #isSettingUp = false;
  #offReturn: () => void = () => undefined;
  #cancelSigns: () => void = () => undefined;
  #cancelWatch: () => void = () => undefined;

  constructor(parts: PullParts) {
    this.#parts = parts;
  }

  /** Whether it gets messages. */
  get isConsuming(): boolean {
    return !this.#isStopped;
  }

  get inHandCount(): number {
    return this.#inHand.size + this.#arrived.length;
  }

  /** Rejects with why it can't be set up now; then nothing is left of it. */
  async begin(): Promise<void> {
    const { link } = this.#parts;
    this.#consumer = await this.#parts.consumer();
    this.#subscription = link.client.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#hear(message);
      },
    });
    this.#offReturn = link.onReturn(() => this.#return());
    this.#signLater();
    this.#watchLater();
    this.#request();
  }

  /** Nothing more is delivered; what comes all the same, as it was under way, is given back. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelWatch();
    for (const arrived of this.#arrived.splice(0)) arrived.giveBack();
    const drained = this.#subscription?.drain().catch(() => undefined);
    if (drained !== undefined) await atMost(systemClock, STOPPING_MS, drained);
  }

  /** What is in hand is delivered again, to others. */
  async close(): Promise<void> {
    const stopped = this.stop();
    this.#offReturn();
    this.#cancelSigns();
    for (const arrived of this.#inHand) if (this.#parts.link.isUp) arrived.giveBack();
    this.#inHand.clear();
    await stopped;
  }

  #hear(message: Msg): void {
    this.#heardMs = systemClock.monotonicMs();
    if (message.headers !== undefined && message.headers.code > 0) this.#hearStatus(message.subject, message.headers.code);
    else if (message.reply !== undefined) this.#arrive(new Arrived(message, this.#parts.link));
  }

  #hearStatus(subject: string, code: number): void {
    if (subject !== this.#replyOf(this.#requestCount)) return;
    this.#requested = 0;
    if (code === STATUS.expired || code === STATUS.nothing) this.#request();
    // The consumer, or the server, is gone, or too many wait.
    else this.#again();
  }

  #arrive(arrived: Arrived): void {
    this.#requested = Math.max(0, this.#requested - 1);
    if (this.#isStopped) arrived.giveBack();
    else {
      this.#arrived.push(arrived);
      void this.#readAll();
    }
  }

  /** Messages are begun in their order, also where one has to be read from many parts. */
  async #readAll(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#inHand.size < this.#parts.limit) {
      const arrived = this.#arrived.shift();
      if (arrived === undefined) break;
      this.#inHand.add(arrived);
      const handle = await this.#parts.read(arrived);
      // Closed meanwhile: it is with others.
      if (this.#inHand.has(arrived)) void handle().then(() => this.#over(arrived));
    }
    this.#isReading = false;
    this.#request();
  }

  #over(arrived: Arrived): void {
    this.#inHand.delete(arrived);
    void this.#readAll();
  }

  /** Asks for as many messages as there is room for, once those of the request before are here. */
  #request(): void {
    const { link, limit } = this.#parts;
    const room = limit - this.inHandCount;
    if (this.#consumer === undefined || this.#isStopped || !link.isUp || this.#requested > 0 || room <= 0) return;
    this.#requested = room;
    this.#heardMs = systemClock.monotonicMs();
    const { stream, name } = this.#consumer;
    const request = { batch: room, expires: EXPIRES_MS * NANOS };
    const reply = this.#replyOf(++this.#requestCount);
    link.client.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply });
  }

  #replyOf(request: number): string {
    return `${this.#inbox}.${request}`;
  }

  /** The connection is there again: the server has forgotten the request, and not what is in hand. */
  #return(): void {
    for (const arrived of [...this.#inHand, ...this.#arrived]) arrived.working();
    this.#requested = 0;
    void this.#setUp();
  }

  async #setUp(): Promise<void> {
    if (this.#isStopped || this.#isSettingUp) return;
    this.#isSettingUp = true;
    try {
      this.#consumer = await this.#parts.consumer();
      this.#isSettingUp = false;
      this.#request();
    } catch {
      this.#isSettingUp = false;
      this.#again();
    }
  }

  #again(): void {
    systemClock.after(AGAIN_MS, () => void this.#setUp(), { keepsAlive: false });
  }

  #signLater(): void {
    const everyMs = (this.#consumer?.ackWaitMs ?? 0) / SIGNS;
    this.#cancelSigns = systemClock.after(
      everyMs,
      () => {
        for (const arrived of [...this.#inHand, ...this.#arrived]) arrived.working();
        this.#signLater();
      },
      { keepsAlive: false },
    );
  }

  #watchLater(): void {
    this.#cancelWatch = systemClock.after(
      EXPIRES_MS,
      () => {
        const isLost = this.#requested > 0 && systemClock.monotonicMs() - this.#heardMs > LOST_MS;
        if (isLost && this.#parts.link.isUp) {
          this.#requested = 0;
          void this.#setUp();
        }
        this.#watchLater();
      },
      { keepsAlive: false },
    );
  }
}
