import {
  type EventFilter,
  type FlowEvent,
  frozenEvent,
  type HeardRun,
  type Hearing,
  hearingOf,
  type Listener,
  type Telemetry,
} from '../../engine/index.js';

interface Listening extends Hearing {
  readonly listener: Listener;
}

/** Those that the app is given when it is made. @throws TypeError */
export function listenersOf({ onEvent, telemetry }: { readonly onEvent?: Listener; readonly telemetry?: Telemetry }): Listeners {
  const listeners = new Listeners();
  if (telemetry !== undefined) listeners.add((event) => telemetry.hear(event));
  if (onEvent !== undefined) listeners.add(onEvent);
  return listeners;
}

/** The listeners of an app. None can hurt a run, or another one: what it throws or rejects is ignored, and what it is given is frozen. */
export class Listeners {
  /** Another list with each change: one that is added while an event is given out begins with the next. */
  #all: readonly Listening[] = [];

  /** Whether anybody listens to this run. */
  hears(run: HeardRun): boolean {
    return this.#all.some((one) => one.hears(run));
  }

  /** The returned function removes it. @throws TypeError */
  add(listener: Listener, filter: EventFilter = {}): () => void {
    if (typeof listener !== 'function') throw new TypeError('a listener must be a function');
    const listening: Listening = { listener, ...hearingOf(filter) };
    this.#all = [...this.#all, listening];
    return () => {
      this.#all = this.#all.filter((one) => one !== listening);
    };
  }

  emit(event: FlowEvent): void {
    const hearing = this.#all.filter((one) => one.passes(event));
    if (hearing.length === 0) return;
    const given = frozenEvent(event);
    for (const one of hearing) {
      // The one before may have removed it.
      if (this.#all.includes(one)) hand(given, one.listener);
    }
  }
}

function hand(event: FlowEvent, listener: Listener): void {
  try {
    const heard: unknown = listener(event);
    if (typeof heard === 'object' && heard !== null) Promise.resolve(heard).catch(() => undefined);
  } catch {
    // A listener's mistake is not the run's.
  }
}
