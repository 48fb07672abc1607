import type { RunState } from '../../src/model/states.js';
import type { Entry, InboxMessage } from '../../src/persistence/index.js';

type Kind = InboxMessage['kind'];

/** What ends a run: undone, or where it is. */
const ENDINGS = ['cancel', 'halt'] as const;
type Ending = (typeof ENDINGS)[number];
const WORDS = { cancel: 'CANCEL', halt: 'HALT' } as const;

const isEnding = (kind: Kind): kind is Ending => kind === 'cancel' || kind === 'halt';

/** What operators have asked of a run, which process has heard of it, and whether it was heeded. */
export class Hearing {
  /** How many messages were sent. */
  sendings = 0;
  #isCancelled = false;
  #isHalted = false;
  /** What of it somebody has asked for. */
  readonly #may = new Set<Ending>();
  #mayRest = false;
  /** Entries without a word of what the process that writes them had heard. */
  readonly #unheeded = new Map<Ending, number>();
  /** Messages that an engine has heard of, or that have come before a word that heeds one like it. */
  readonly #brought = new Set<string>();
  readonly #sent = new Map<string, Kind>();
  /** Processes that have heard of a suspension. */
  readonly #resting = new Set<string>();
  /** What a taker found in the inbox, by its process. */
  readonly #found = new Map<string, readonly Kind[]>();
  /** Messages that have come since a process has read the run. */
  readonly #sentSince = new Map<string, Kind[]>();

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** It was cancelled where it was, and not to be undone since. */
  get isHalted(): boolean {
    return this.#isHalted;
  }

  /** It was asked to rest, or somebody has left it in a task of which it rests. */
  get mayRest(): boolean {
    return this.#mayRest;
  }

  /** Of what ended in FAILURE other things may be asked; what was cancelled where it was may be undone. */
  mayBeSentAtEnd(kind: Kind): boolean {
    return (kind === 'cancel' && this.#isHalted) || !(isEnding(kind) || kind === 'suspend');
  }

  isToRest(process: string): boolean {
    return this.#resting.has(process);
  }

  sent(kind: Kind, id: string): void {
    this.#sent.set(id, kind);
    this.sendings++;
    for (const kinds of this.#sentSince.values()) kinds.push(kind);
    if (isEnding(kind)) this.#may.add(kind);
    if (kind === 'suspend') this.#mayRest = true;
  }

  /** The engine in this process has heard of it. */
  heard(process: string, kind: Kind, id?: string): void {
    // Messages are brought again until they are used up.
    if (id !== undefined && this.#brought.has(id)) return;
    if (id !== undefined) this.#brought.add(id);
    if (kind === 'suspend') this.#resting.add(process);
    if (isEnding(kind) && this.#isNews(kind) && !this.#unheeded.has(kind)) this.#unheeded.set(kind, 0);
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

  #isNews(kind: Ending): boolean {
    return kind === 'halt' ? !this.#isHalted : !this.#isCancelled || this.#isHalted;
  }

  /** A process has written an entry. @returns what is wrong with that */
  writes(process: string, { seq, transitions }: Pick<Entry, 'seq' | 'transitions'>): readonly string[] {
    const says = (kind: Ending): boolean => transitions.some(([word]) => word === WORDS[kind]);
    const taken = transitions.some(([word]) => word === 'TAKEOVER') ? this.#takesOver(process, says) : [];
    const late = transitions.length > 0 ? this.#unheededBy(says) : [];
    return [
      ...taken.map((kind) => `${process} took the run, and did not heed the ${kind} in its inbox`),
      ...late.map((kind) => `${process} has heard of a ${kind}, and wrote entry ${seq} without it`),
    ];
  }

  /** @returns what it has read of, and takes the run without a word of */
  #takesOver(process: string, says: (kind: Ending) => boolean): readonly Ending[] {
    const found = this.#found.get(process) ?? [];
    this.#found.delete(process);
    return ENDINGS.filter((kind) => found.includes(kind) && !says(kind) && this.#isNews(kind));
  }

  /** @returns what should have been written of by now */
  #unheededBy(says: (kind: Ending) => boolean): readonly Ending[] {
    const late: Ending[] = [];
    for (const [kind, entries] of [...this.#unheeded]) {
      if (says(kind)) this.#unheeded.delete(kind);
      else this.#unheeded.set(kind, entries + 1);
      if (!says(kind) && entries > 0) late.push(kind);
    }
    return late;
  }

  /** It is cancelled, to be undone or not. @returns whether somebody has asked for it */
  ends(word: 'CANCEL' | 'HALT'): boolean {
    const kind = word === 'HALT' ? 'halt' : 'cancel';
    this.#isCancelled = true;
    this.#isHalted = kind === 'halt';
    this.#heeded(kind);
    return this.#may.has(kind);
  }

  /** What was sent before may be brought again, and means nothing then. */
  #heeded(kind: Ending): void {
    for (const [id, of] of this.#sent) if (of === kind) this.#brought.add(id);
  }

  /** Its process has come with it to a rest, or to its end: what was asked before is settled. */
  rests(process: string, state: RunState): void {
    this.#mayRest = false;
    if (state !== 'SUSPENDED') {
      this.#may.delete('halt');
      if (state !== 'CANCELLED' || !this.#isHalted) this.#may.delete('cancel');
      this.#found.clear();
    }
    this.#unheeded.clear();
    this.#resting.delete(process);
  }

  died(process: string): void {
    this.#resting.delete(process);
    this.#unheeded.clear();
  }

  /** Another process has the run. */
  lost(): void {
    this.#resting.clear();
    this.#unheeded.clear();
  }

  /** The run begins anew. */
  anew(): void {
    this.#found.clear();
    this.#isCancelled = this.#isHalted = this.#mayRest = false;
    this.#may.clear();
    this.#unheeded.clear();
  }

  /** It was reset by this process: what came meanwhile is meant for what begins now. */
  wasReset(process: string): void {
    this.anew();
    const since = this.#sentSince.get(process) ?? [];
    for (const kind of since) if (isEnding(kind)) this.#may.add(kind);
    this.#mayRest = since.includes('suspend');
  }
}
