import { Heap } from './heap.js';

/** Which of the atoms are listed in the queues, beside what other queues note in the same place. */
interface Marks {
  readonly of: Uint8Array;
  readonly mark: number;
}

export interface ReadyQueuesParts {
  /** How many there are. */
  readonly executors: number;
  /** By which of them an atom is called. */
  readonly executorOf: (atom: number) => number;
  readonly before: (a: number, b: number) => boolean;
  readonly isReady: (atom: number) => boolean;
  readonly marks: Marks;
}

/**
 * Ready atoms in their order, a queue for each executor: one that has no room holds up nothing that is called elsewhere. They are
 * candidates; what is no longer ready is dropped when its queue is looked at.
 */
export class ReadyQueues {
  readonly #queues: readonly Heap[];
  readonly #before: (a: number, b: number) => boolean;
  readonly #executorOf: (atom: number) => number;
  readonly #marks: Marks;

  readonly #isReady: (atom: number) => boolean;

  constructor({ executors, executorOf, before, isReady, marks }: ReadyQueuesParts) {
    this.#queues = Array.from({ length: executors }, () => new Heap(before));
    this.#executorOf = executorOf;
    this.#before = before;
    this.#isReady = isReady;
    this.#marks = marks;
  }

  push(atom: number): void {
    const { of, mark } = this.#marks;
    const marked = of[atom] as number;
    if ((marked & mark) !== 0) return;
    of[atom] = marked | mark;
    (this.#queues[this.#executorOf(atom)] as Heap).push(atom);
  }

  /** The first one of all. It stays until it is not ready any more. */
  first(): number | undefined {
    let first: number | undefined;
    for (const queue of this.#queues) {
      const atom = this.#firstIn(queue);
      if (atom !== undefined && (first === undefined || this.#before(atom, first))) first = atom;
    }
    return first;
  }

  /** Lets the first one begin or, where that can't, the first one of another executor. Says whether one has begun. */
  offer(begin: (atom: number) => boolean): boolean {
    if (this.#queues.length === 1) {
      const atom = this.#firstIn(this.#queues[0] as Heap);
      return atom !== undefined && begin(atom);
    }
    const heads = this.#queues.flatMap((queue) => this.#firstIn(queue) ?? []);
    return heads.sort((a, b) => (this.#before(a, b) ? -1 : 1)).some(begin);
  }

  #firstIn(queue: Heap): number | undefined {
    const { of, mark } = this.#marks;
    for (let atom = queue.peek(); atom !== undefined; atom = queue.peek()) {
      if (this.#isReady(atom)) return atom;
      queue.pop();
      of[atom] = (of[atom] as number) & ~mark;
    }
    return undefined;
  }
}
