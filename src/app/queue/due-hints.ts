import type { Clock } from '../../model/clock.js';
import type { Ids } from '../../model/ids.js';
import type { Hint, Journal } from '../../persistence/index.js';

/** Between two words that a process gives: each of them makes commits of the whole database wait for each other. */
const APART_MS = 10;
/**
 * Who has looked for less than this looks again after some chance of up to as long: in a burst processes look seldom, and each at
 * another moment; the first word after a calm is followed at once.
 */
const SPREAD_MS = 20;

export interface DueHintsParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Tells other processes that a run is due, posted or let go of, and hears that from them: never more often than it helps. */
export class DueHints {
  readonly #parts: DueHintsParts;
  readonly #telling = new Set<Promise<void>>();
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #cancelTelling: (() => void) | undefined;
  #cancelLooking: (() => void) | undefined;
  /** Something that this process does not claim was posted: a claim here does not call the NOTIFY off. */
  #isForOthers = false;
  /** What the next NOTIFY says. */
  #toTell: Hint = 'posted';
  /** What the next look is for. */
  #toLookFor: Hint = 'posted';
  #deafen: (() => void) | undefined;

  constructor(parts: DueHintsParts) {
    this.#parts = parts;
  }

  /**
   * There is a run to be claimed.
   *
   * @param isClaimedHere others hear of it only when this process has not claimed it a moment later
   */
  tell(isClaimedHere: boolean): void {
    const { clock, journal } = this.#parts;
    if (journal.hints === undefined) return;
    if (!isClaimedHere && !this.#isForOthers) this.#forgo();
    this.#isForOthers ||= !isClaimedHere;
    if (this.#cancelTelling !== undefined) return;
    const waitMs = isClaimedHere ? APART_MS : APART_MS - (clock.monotonicMs() - this.#sentAtMs);
    if (waitMs <= 0) this.#tell();
    else this.#cancelTelling = clock.after(waitMs, () => this.#tell(), { keepsAlive: false, upkeep: true });
  }

  /** A run under way was let go of here: others take it up. */
  tellReleased(): void {
    this.#toTell = 'released';
    this.tell(false);
  }

  /** This process ends and has released all that it had. Resolves when the NOTIFY is sent. */
  async lastly(): Promise<void> {
    this.#toTell = 'released';
    this.#tell();
    await Promise.all(this.#telling);
  }

  /** Sends the NOTIFY in the user's transaction, so that its COMMIT delivers it. Within ten milliseconds one is enough; ticks find what it did not announce. */
  async tellIn(transaction: unknown): Promise<void> {
    const { clock, journal } = this.#parts;
    if (journal.hints === undefined || clock.monotonicMs() - this.#sentAtMs < APART_MS) return;
    this.#sentAtMs = clock.monotonicMs();
    await journal.hints.tell('posted', transaction);
  }

  /** Nothing is left of what was posted here. */
  claimedAll(): void {
    if (!this.#isForOthers) this.#forgo();
  }

  /** Calls `look` when any process has sent a NOTIFY, until {@link end}. Only the first call counts. */
  hear(look: (hint: Hint) => void): void {
    this.#deafen ??= this.#parts.journal.hints?.hear((hint) => this.#heard(hint, look));
  }

  /** Stops listening, and resolves when a NOTIFY that was held back has been sent. */
  async end(): Promise<void> {
    this.#deafen?.();
    this.#cancelLooking?.();
    if (this.#cancelTelling !== undefined) this.#tell();
    await Promise.all(this.#telling);
  }

  #tell(): void {
    this.#forgo();
    this.#isForOthers = false;
    this.#sentAtMs = this.#parts.clock.monotonicMs();
    // Where the store gives no answer a tick tells it.
    const sent = (this.#parts.journal.hints?.tell(this.#toTell) ?? Promise.resolve()).catch(() => undefined);
    this.#toTell = 'posted';
    this.#telling.add(sent);
    void sent.then(() => this.#telling.delete(sent));
  }

  #forgo(): void {
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
  }

  #heard(hint: Hint, look: (hint: Hint) => void): void {
    if (hint === 'released') this.#toLookFor = hint;
    if (this.#cancelLooking !== undefined) return;
    const { clock, ids } = this.#parts;
    const lookNow = (): void => {
      this.#cancelLooking = undefined;
      this.#lookedAtMs = clock.monotonicMs();
      const lookedFor = this.#toLookFor;
      this.#toLookFor = 'posted';
      look(lookedFor);
    };
    if (clock.monotonicMs() - this.#lookedAtMs >= SPREAD_MS) {
      lookNow();
    } else {
      const chance = Number.parseInt(ids.unique().slice(0, 4), 16) / 0xffff;
      this.#cancelLooking = clock.after(chance * SPREAD_MS, lookNow, { keepsAlive: false, upkeep: true });
    }
  }
}
