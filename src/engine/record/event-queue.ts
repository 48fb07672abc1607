import type { Commitment } from '../calls/commitment.js';
import type { EngineEvent } from '../state/protocol.js';

/** What the loop takes for one step. */
export interface News {
  readonly events: readonly EngineEvent[];
  /** A transaction that the step is to be written in. */
  readonly commitment?: Commitment;
}

/** What reaches a run between two steps; the loop takes all of it at once, and of transactions one. */
export class EventQueue {
  #events: EngineEvent[] = [];
  #commitments: Commitment[] = [];
  #wake: (() => void) | undefined;
  #rung = false;

  post(event: EngineEvent): void {
    this.#events.push(event);
    this.ring();
  }

  /** To be taken before what came since. */
  postBack(events: readonly EngineEvent[]): void {
    if (events.length === 0) return;
    this.#events.unshift(...events);
    this.ring();
  }

  postCommitment(commitment: Commitment): void {
    this.#commitments.push(commitment);
    this.ring();
  }

  /** Transactions that still wait are to be rolled back. */
  refuseCommitments(reason: unknown): void {
    for (const commitment of this.#commitments.splice(0)) commitment.refuse(reason);
  }

  /** Wakes the loop although there is no event: its limits have changed. */
  ring(): void {
    this.#rung = true;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Resolves at once when something has come since the last {@link take}. */
  arrival(): Promise<void> {
    if (this.#rung) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** @param answers as many are taken together: while there are fewer, they wait here */
  take(answers = 0): News {
    const commitment = this.#commitments.shift();
    this.#rung = this.#commitments.length > 0;
    const isEarly = this.#events.filter(isAnswer).length < answers;
    const events = isEarly ? this.#events.filter((event) => !isAnswer(event)) : this.#events;
    this.#events = isEarly ? this.#events.filter(isAnswer) : [];
    return commitment === undefined ? { events: merged(events) } : { events: merged(events), commitment };
  }
}

function isAnswer({ kind }: EngineEvent): boolean {
  return kind === 'finished' || kind === 'answered';
}

/** What is recorded comes before what ended, and what ended at the same time is one event. */
export function merged(events: readonly EngineEvent[]): readonly EngineEvent[] {
  if (events.length < 2) return events;
  const outcomes = events.flatMap((event) => (event.kind === 'finished' ? event.outcomes : []));
  const others = events.filter((event) => event.kind !== 'finished');
  return outcomes.length === 0 ? others : [...others, { kind: 'finished', outcomes }];
}
