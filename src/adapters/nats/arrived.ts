import type { Msg } from './client.js';
import type { NatsLink } from './link.js';

const ACK = '+ACK';
const GIVE_BACK = '-NAK';
const WORKING = '+WPI';
const NANOS = 1_000_000;
/** Of the subject that a delivery is answered on, where the count of deliveries stands: servers before 2.10 name no account there. */
const COUNT_AT = { short: 4, long: 6 };
const SHORT = 9;

/** A message as a consumer has it: it is answered on the subject that it came with. */
export class Arrived {
  readonly message: Msg;
  /** From 1. */
  readonly deliveries: number;
  readonly #link: NatsLink;

  constructor(message: Msg, link: NatsLink) {
    this.message = message;
    this.#link = link;
    const tokens = message.reply?.split('.') ?? [];
    const count = Number(tokens[tokens.length === SHORT ? COUNT_AT.short : COUNT_AT.long]);
    this.deliveries = Number.isSafeInteger(count) && count > 0 ? count : 1;
  }

  /** It is done. Said when the connection is there: the server forgets nothing of what it has delivered. */
  done(): void {
    this.#link.whenUp(() => this.#answer(ACK));
  }

  /** It is delivered again, now or after a while. */
  giveBack(delayMs = 0): void {
    this.#link.whenUp(() => this.#answer(delayMs === 0 ? GIVE_BACK : `${GIVE_BACK} ${JSON.stringify({ delay: delayMs * NANOS })}`));
  }

  /** Whoever has it lives. */
  working(): void {
    if (this.#link.isUp) this.#answer(WORKING);
  }

  #answer(word: string): void {
    this.message.respond(word);
  }
}
