import type { Transition } from '../../persistence/index.js';
import type { StepPlan } from '../state/protocol.js';
import { type Durability, isWrittenNow } from './durability.js';

/** What was stated and is not written yet, as far as the durability allows to hold it back. All of it becomes one entry. */
export class WriteBuffer {
  readonly #durability: Durability;
  #transitions: Transition[] = [];
  #steps = 0;
  #isOverdue = false;

  constructor(durability: Durability) {
    this.#durability = durability;
  }

  get isEmpty(): boolean {
    return this.#transitions.length === 0;
  }

  /** All of it, still held. */
  get transitions(): readonly Transition[] {
    return this.#transitions;
  }

  /** Adds a step; says whether all that is held has to be written now. */
  add({ transitions, commands }: StepPlan): boolean {
    if (transitions.length > 0) {
      // One by one: a step may have more than a function can have arguments.
      for (const transition of transitions) this.#transitions.push(transition);
      this.#steps++;
    }
    return this.#isOverdue || isWrittenNow(this.#durability, transitions, commands, this.#steps);
  }

  /** Holds what was taken and not written. */
  restore(transitions: readonly Transition[]): void {
    this.#transitions = [...transitions];
    this.#steps = 1;
  }

  /** It has waited long enough: the next step takes it along, though it were empty. */
  expire(): void {
    this.#isOverdue = true;
  }

  /** Hands all of it over, to be written. */
  take(): readonly Transition[] {
    const taken = this.#transitions;
    this.#transitions = [];
    this.#steps = 0;
    this.#isOverdue = false;
    return taken;
  }
}
