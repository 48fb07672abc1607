import type { TaskContext } from 'flowproof';

/** Turns the work that a task has done into progress, told a hundred times at most, and ends it when it is not wanted any more. */
export class Meter {
  readonly #ctx: Pick<TaskContext, 'progress' | 'signal'>;
  readonly #total: number;
  #done = 0;
  #told = 0;

  /** A file counts as one unit beside its bytes, so that empty ones count too. */
  constructor(ctx: Pick<TaskContext, 'progress' | 'signal'>, { files, bytes }: { readonly files: number; readonly bytes: number }) {
    this.#ctx = ctx;
    this.#total = files + bytes;
  }

  readonly add = (units: number): void => {
    this.#ctx.signal.throwIfAborted();
    this.#done += units;
    const percent = Math.floor((100 * this.#done) / this.#total);
    if (percent <= this.#told) return;
    this.#told = percent;
    this.#ctx.progress(percent / 100);
  };
}
