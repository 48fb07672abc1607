import type { OpenCall, Plan } from './plan.js';

/** What tasks have done in the world and nobody has undone: once for each piece of work. */
export class Effects {
  readonly #plan: Plan;
  readonly #keys = new Map<string, Set<string>>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  get areNone(): boolean {
    return this.#keys.size === 0;
  }

  /** @returns whether another piece of work of this task was done before, and not undone since */
  done({ path, key }: OpenCall): boolean {
    const keys = this.#keys.get(path) ?? new Set();
    if (this.#plan.lasting?.has(path) === true) keys.clear();
    const isSecond = keys.size > 0 && !keys.has(key);
    this.#keys.set(path, keys.add(key));
    return isSecond;
  }

  undone(path: string): void {
    this.#keys.delete(path);
  }

  /** Nobody counts any more what was done. */
  forget(): void {
    this.#keys.clear();
  }

  /** How often what the task does is there. */
  standing(path: string): number {
    return this.#keys.get(path)?.size ?? 0;
  }

  /** Something of it is there that somebody has to undo. */
  isLeft(path: string): boolean {
    return this.standing(path) > 0 && this.#plan.lasting?.has(path) !== true;
  }
}
