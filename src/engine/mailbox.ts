import type { EngineEvent } from './decision.js';

/** What reaches a run between two steps; the loop takes all of it at once. */
export class Mailbox {
  #events: EngineEvent[] = [];
  #wake: (() => void) | undefined;
  #rung = false;

  post(event: EngineEvent): void {
    this.#events.push(event);
    this.ring();
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
  take(answers = 0): readonly EngineEvent[] {
    this.#rung = false;
    const isEarly = this.#events.filter(isAnswer).length < answers;
    const events = isEarly ? this.#events.filter((event) => !isAnswer(event)) : this.#events;
    this.#events = isEarly ? this.#events.filter(isAnswer) : [];
    return merged(events);
  }
}

function isAnswer({ kind }: EngineEvent): boolean {
  return kind === 'finished' || kind === 'answered';
}

/** What is recorded comes before what ended, and what ended at the same time is one event. */
function merged(events: readonly EngineEvent[]): readonly EngineEvent[] {
  if (events.length < 2) return events;
  const outcomes = events.flatMap((event) => (event.kind === 'finished' ? event.outcomes : []));
  const others = events.filter((event) => event.kind !== 'finished');
  return outcomes.length === 0 ? others : [...others, { kind: 'finished', outcomes }];
}
