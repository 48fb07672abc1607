import type { Queue } from '../../transport/index.js';
import type { Subscription } from './client.js';
import type { NatsLink } from './link.js';
import type { NatsNames } from './names.js';
import type { Pull } from './pull.js';

/** After the last answer, so long another one is waited for. */
const STALL_MS = 300;
const LONGEST_MS = 2_000;

/** What those who consume a queue have. */
export interface Counts {
  readonly consumers: number;
  readonly inHand: number;
}

interface Counted {
  readonly pulls: Set<Pull>;
  readonly subscription: Subscription;
}

/**
 * Who consumes a queue, and what they have in hand: they say so themselves, as the server does not know who has a message, nor who has
 * room for none.
 */
export class ConsumerCounts {
  readonly #link: NatsLink;
  readonly #names: NatsNames;
  readonly #counted = new Map<string, Counted>();

  constructor(link: NatsLink, names: NatsNames) {
    this.#link = link;
    this.#names = names;
  }

  /** From now on this one is counted. */
  add(queue: Queue, pull: Pull): void {
    const subject = this.#names.countsOf(queue);
    const known = this.#counted.get(subject);
    if (known !== undefined) {
      known.pulls.add(pull);
      return;
    }
    const pulls = new Set([pull]);
    const subscription = this.#link.client.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) message.respond(JSON.stringify(countsOf(pulls)));
      },
    });
    this.#counted.set(subject, { pulls, subscription });
  }

  /** Of all processes that answer. */
  async ask(queue: Queue): Promise<Counts> {
    let [consumers, inHand] = [0, 0];
    try {
      const { connection } = this.#link.client;
      const maxWait = Math.min(LONGEST_MS, this.#link.timeoutMs);
      const answers = await connection.requestMany(this.#names.countsOf(queue), '', { strategy: 'stall', stall: STALL_MS, maxWait });
      for await (const answer of answers) {
        const counts = read(answer.string());
        consumers += counts.consumers;
        inHand += counts.inHand;
      }
    } catch {
      // Nobody consumes it.
    }
    return { consumers, inHand };
  }
}

function countsOf(pulls: ReadonlySet<Pull>): Counts {
  const all = [...pulls];
  return { consumers: all.filter((pull) => pull.isConsuming).length, inHand: all.reduce((sum, pull) => sum + pull.inHandCount, 0) };
}

/** Whoever may write to the broker may answer. */
function read(text: string): Counts {
  try {
    const { consumers, inHand } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return { consumers: count(consumers), inHand: count(inHand) };
  } catch {
    return { consumers: 0, inHand: 0 };
  }
}

function count(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0;
}
