import type { Resolve } from '../authoring/index.js';
import type { Executor } from '../engine/index.js';

/** Where the tasks of an app run: a value that the app turns into its executor. */
export interface ExecutorChoice {
  readonly kind: string;
  make(parts: { readonly resolve?: Resolve }): Executor;
}
