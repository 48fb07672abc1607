import type { RunState } from '../../src/model/states.js';
import type { InboxMessage } from '../../src/persistence/index.js';

type Kind = InboxMessage['kind'];

/** What operators have asked of a run, which process has heard of it, and whether it was heeded. */
export class Hearing {
  /** How many messages were sent. */
  sendings = 0;
  #isCancelled = false;
  #mayCancel = false;
  #mayRest = false;
  /** Entries without a word of a cancel that the process that writes them had heard. */
  #unheeded: number | undefined;
  /** Processes that have heard of a suspension. */
  readonly #resting = new Set<string>();
  /** What a taker found in the inbox, by its process. */
  readonly #found = new Map<string, readonly Kind[]>();
  /** Messages that have come since a process has read the run. */
  readonly #sentSince = new Map<string, Kind[]>();

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** It was asked to rest, or somebody has left it in a task of which it rests. */
  get mayRest(): boolean {
    return this.#mayRest;
  }

  isToRest(process: string): boolean {
    return this.#resting.has(process);
  }

  sent(kind: Kind): void {
    this.sendings++;
    for (const kinds of this.#sentSince.values()) kinds.push(kind);
    if (kind === 'cancel') this.#mayCancel = true;
    if (kind === 'suspend') this.#mayRest = true;
  }

  /** The engine in this process has heard of it. */
  heard(process: string, kind: Kind): void {
    if (kind === 'suspend') this.#resting.add(process);
    if (kind === 'cancel' && !this.#isCancelled) this.#unheeded ??= 0;
  }

  /** It may come to rest from now on, whoever says so. */
  restIsAllowed(): void {
    this.#mayRest = true;
  }

  /** Somebody has read the run, with what is in its inbox. */
  loaded(process: string, kinds: readonly Kind[]): void {
    this.#sentSince.set(process, []);
    // What it reads later it reads for somebody else: it may have come too late for the first reader, who takes the run.
    if (!this.#found.has(process)) this.#found.set(process, kinds);
  }

  /** @returns whether it takes the run without a word of the cancel that it has read of */
  takesOver(process: string, cancels: boolean): boolean {
    const found = this.#found.get(process) ?? [];
    this.#found.delete(process);
    return found.includes('cancel') && !cancels && !this.#isCancelled;
  }

  /** @returns whether the process that writes should have written of a cancel by now */
  isUnheeded(cancels: boolean): boolean {
    if (this.#unheeded === undefined) return false;
    if (!cancels) return ++this.#unheeded > 1;
    this.#unheeded = undefined;
    return false;
  }

  /** @returns whether somebody has asked for it */
  cancelled(): boolean {
    this.#isCancelled = true;
    return this.#mayCancel;
  }

  /** Its process has come with it to a rest, or to its end: what was asked before is settled. */
  rests(process: string, state: RunState): void {
    this.#mayRest = false;
    if (state !== 'SUSPENDED') {
      this.#mayCancel = false;
      this.#found.clear();
    }
    this.#unheeded = undefined;
    this.#resting.delete(process);
  }

  died(process: string): void {
    this.#resting.delete(process);
    this.#unheeded = undefined;
  }

  /** Another process has the run. */
  lost(): void {
    this.#resting.clear();
    this.#unheeded = undefined;
  }

  /** The run begins anew. */
  anew(): void {
    this.#found.clear();
    this.#isCancelled = this.#mayCancel = this.#mayRest = false;
    this.#unheeded = undefined;
  }

  /** It was reset by this process: what came meanwhile is meant for what begins now. */
  wasReset(process: string): void {
    this.anew();
    const since = this.#sentSince.get(process) ?? [];
    this.#mayCancel = since.includes('cancel');
    this.#mayRest = since.includes('suspend');
  }
}
