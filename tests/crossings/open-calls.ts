import type { OpenCall } from './plan.js';

/** The calls of tasks that are under way, and those that were made. */
export class OpenCalls {
  readonly #open = new Set<OpenCall>();
  /** In which beginning of the run a call was made. */
  readonly #beganIn = new WeakMap<OpenCall, number>();
  /** Pieces of work, and the processes that were called for them since the run was theirs. */
  readonly #made = new Set<string>();

  get all(): Iterable<OpenCall> {
    return this.#open;
  }

  /** @returns whether the same process was called for the same before, since it has the run */
  isMadeAgain({ process, phase, key, turn, fence }: OpenCall): boolean {
    const call = `${process} ${phase} ${key} ${turn} ${fence}`;
    const isAgain = this.#made.has(call);
    this.#made.add(call);
    return isAgain;
  }

  begins(call: OpenCall, beginning: number): void {
    this.#open.add(call);
    this.#beganIn.set(call, beginning);
  }

  ends(call: OpenCall): void {
    this.#open.delete(call);
  }

  isOf(call: OpenCall, beginning: number): boolean {
    return this.#beganIn.get(call) === beginning;
  }

  isIn(process: string, path: string): boolean {
    return [...this.#open].some((call) => call.path === path && call.process === process);
  }

  /** Nobody waits for those of a process that has died. */
  died(process: string): void {
    for (const call of this.#open) if (call.process === process) this.#open.delete(call);
  }

  /** Nobody waits for those of whoever had the run before this epoch. */
  outdated(epoch: number): void {
    for (const call of this.#open) if (call.fence < epoch) this.#open.delete(call);
  }
}
