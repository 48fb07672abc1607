import type { SlotDesk } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import { isFlowproofError } from '../../model/errors.js';
import type { Journal, SlotHolder, SlotRequest, SlotStore } from '../../persistence/index.js';

/** The store is asked again after so long; each time in vain after twice as long, up to the longest. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 250;
/** Of calls that wait for one value of a limit so many are asked for: those behind them have their places in the store. */
const MOST_OF_A_KEY = 100;
/** So many are asked for at once. */
const MOST_AT_ONCE = 1_000;

export interface SlotDeskParts {
  readonly journal: Pick<Journal, 'slots'>;
  readonly clock: Clock;
  /** Id of this app's lease. */
  readonly owner: string;
}

interface Waiting {
  readonly request: SlotRequest;
  readonly asker: object;
  readonly given: () => void;
  /** The store knows that it waits. */
  isNoted: boolean;
}

/** Asks the store for slots of tasks with limits, for all runs of an app together, one question after the other. */
export class AppSlotDesk implements SlotDesk {
  readonly #parts: SlotDeskParts;
  readonly #waiting = new Map<string, Waiting>();
  readonly #leaving = new Map<string, SlotHolder>();
  #isAsking = false;
  /** Something has come since the question that is under way. */
  #isDue = false;
  #pauseMs = FIRST_PAUSE_MS;
  #cancel: (() => void) | undefined;

  constructor(parts: SlotDeskParts) {
    this.#parts = parts;
  }

  ask(asker: object, request: SlotRequest, given: () => void): void {
    const name = nameOf(request);
    this.#leaving.delete(name);
    this.#waiting.set(name, { request, asker, given, isNoted: false });
    this.#hurry();
  }

  leave(asker: object, holders: readonly SlotHolder[], keepsPlaces = false): void {
    for (const holder of holders) {
      const name = nameOf(holder);
      const waiting = this.#waiting.get(name);
      // Another engine of this app has the run by now, and asks for itself.
      if (waiting !== undefined && waiting.asker !== asker) continue;
      this.#waiting.delete(name);
      if (!keepsPlaces || waiting === undefined) this.#leaving.set(name, holder);
    }
    if (this.#leaving.size > 0) this.#hurry();
  }

  freed(): void {
    if (this.#waiting.size > 0) this.#hurry();
  }

  #hurry(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    if (this.#isDue) return;
    this.#isDue = true;
    // What comes in this turn shares the question.
    if (!this.#isAsking) queueMicrotask(() => void this.#round());
  }

  async #round(): Promise<void> {
    const { slots } = this.#parts.journal;
    if (this.#isAsking || slots === undefined) return;
    this.#isAsking = true;
    this.#cancel?.();
    this.#cancel = undefined;
    let againMs: number | undefined;
    try {
      do {
        this.#isDue = false;
        againMs = await this.#question(slots);
      } while (this.#isDue);
    } catch (error) {
      // An app that has stopped asks for nothing more. For a store that is out of reach runs wait.
      if (isFlowproofError(error, 'STORE_CLOSED')) this.#forget();
    } finally {
      this.#isAsking = false;
      this.#isDue = false;
    }
    if (this.#waiting.size === 0 && this.#leaving.size === 0) return;
    const pauseMs = Math.min(this.#pauseMs, againMs ?? this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    // Runs that wait keep the process alive by themselves.
    this.#cancel = this.#parts.clock.after(pauseMs, () => void this.#round(), { keepsAlive: false });
  }

  /** @returns when to ask again, if the store knows */
  async #question(slots: SlotStore): Promise<number | undefined> {
    const { owner } = this.#parts;
    const leaving = [...this.#leaving];
    if (leaving.length > 0) {
      const holders = leaving.map(([, holder]) => holder);
      await slots.leave(owner, holders);
      for (const [name, holder] of leaving) if (this.#leaving.get(name) === holder) this.#leaving.delete(name);
    }
    const waiting = this.#next();
    if (waiting.length === 0) return undefined;
    const { granted, againMs } = await slots.ask({ owner, requests: waiting.map(({ request }) => request) });
    for (const one of waiting) one.isNoted = true;
    for (const holder of granted) this.#give(holder);
    if (granted.length > 0 || waiting.length === MOST_AT_ONCE) this.#isDue = this.#waiting.size > 0;
    if (granted.length > 0) this.#pauseMs = FIRST_PAUSE_MS;
    return againMs;
  }

  #give(holder: SlotHolder): void {
    const name = nameOf(holder);
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    if (waiting !== undefined) waiting.given();
    // Nobody wants it any more, since the question was asked.
    else if (!this.#leaving.has(name)) this.#leaving.set(name, holder);
  }

  /** Those that the store does not know yet, and of each value those that come first. */
  #next(): readonly Waiting[] {
    const counts = new Map<string, number>();
    const next: Waiting[] = [];
    for (const waiting of this.#waiting.values()) {
      const { name, key } = waiting.request;
      const value = `${name} ${key}`;
      const count = (counts.get(value) ?? 0) + 1;
      counts.set(value, count);
      if (!waiting.isNoted || count <= MOST_OF_A_KEY) next.push(waiting);
      if (next.length === MOST_AT_ONCE) break;
    }
    return next;
  }

  #forget(): void {
    this.#waiting.clear();
    this.#leaving.clear();
  }
}

function nameOf({ runId, atom }: SlotHolder): string {
  return `${runId} ${atom}`;
}
