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

  take(): readonly EngineEvent[] {
    this.#rung = false;
    const events = this.#events;
    this.#events = [];
    return merged(events);
  }
}

/** What is recorded comes before what ended, and what ended at the same time is one event. */
function merged(events: readonly EngineEvent[]): readonly EngineEvent[] {
  if (events.length < 2) return events;
  const outcomes = events.flatMap((event) => (event.kind === 'finished' ? event.outcomes : []));
  const others = events.filter((event) => event.kind !== 'finished');
  return outcomes.length === 0 ? others : [...others, { kind: 'finished', outcomes }];
}
