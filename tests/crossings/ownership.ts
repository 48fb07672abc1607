import type { Entry } from '../../src/persistence/index.js';

/** Which process has a run, as its store has it, and which processes are there. */
export class Ownership {
  readonly #knowsWhoLives: boolean;
  readonly #dead = new Set<string>();
  /** Those that have died, or were stopped. */
  readonly #gone = new Set<string>();
  /** Those that are to take the run although another one has it. */
  readonly #forcing = new Set<string>();
  #owner: string | undefined;
  #epoch = 0;
  /** Nobody has it: it has ended, is suspended, or is not begun. */
  #rests = false;
  /** Its engine has gone on since it was made: what its app is asked reaches it at once. */
  #isDriven = false;

  /** @param knowsWhoLives no process that lives is ever taken for dead: not where a lease may end because a machine is slow */
  constructor(knowsWhoLives: boolean) {
    this.#knowsWhoLives = knowsWhoLives;
  }

  get isDriven(): boolean {
    return this.#isDriven;
  }

  /** Whoever had it has died. */
  get isLeft(): boolean {
    return this.#owner !== undefined && this.#dead.has(this.#owner);
  }

  isOf(process: string): boolean {
    return this.#owner === process;
  }

  isDead(process: string): boolean {
    return this.#dead.has(process);
  }

  /** Others have taken it since this epoch. */
  isOver(epoch: number): boolean {
    return epoch < this.#epoch;
  }

  /** Whether an entry is the first of its epoch. */
  isFirst({ epoch, transitions }: Entry): boolean {
    return epoch > this.#epoch || isCreation(transitions);
  }

  /** A process has written an entry. @returns what is wrong with that */
  writes(process: string, entry: Entry): readonly string[] {
    const { seq, epoch, transitions } = entry;
    const wrong: string[] = [];
    const isFirst = this.isFirst(entry);
    if (!isCreation(transitions) && this.isOver(epoch))
      wrong.push(`${process} wrote entry ${seq} of epoch ${epoch}, after one of ${this.#epoch}`);
    if (transitions.some(([word]) => word === 'TAKEOVER') && !this.#mayTake(process)) {
      wrong.push(`${process} took the run from ${this.#owner}, which is alive`);
    }
    this.#epoch = epoch;
    this.#owner = process;
    this.#rests = false;
    this.#isDriven = !isFirst;
    return wrong;
  }

  #mayTake(process: string): boolean {
    const owner = this.#owner;
    if (owner === undefined || owner === process || this.#gone.has(owner) || this.#rests) return true;
    return this.#forcing.delete(process) || !this.#knowsWhoLives;
  }

  /** It was called for something: its engine goes on. */
  calls(process: string): void {
    if (process === this.#owner) this.#isDriven = true;
  }

  /** It sleeps: whoever takes it when it is due takes it from nobody. */
  isLetGo(): void {
    this.#rests = true;
    this.#isDriven = false;
  }

  rests(rests: boolean): void {
    this.#rests = rests;
  }

  died(process: string): void {
    this.#dead.add(process);
    this.#gone.add(process);
  }

  stops(process: string): void {
    this.#gone.add(process);
  }

  mayForce(process: string): void {
    this.#forcing.add(process);
  }
}

function isCreation(transitions: Entry['transitions']): boolean {
  return transitions.some(([word]) => word === 'CREATED');
}
