import type { Failure, FailureReport } from '../../model/failure.js';
import type { AsResults } from '../words/results.js';
import type { DefinedTask } from './defined-task.js';
import type { AnyArgs } from './node-types.js';

interface Common {
  /** What went wrong in the flow and made it go back: the unresolved failures of the last attempt. */
  readonly flowFailures: readonly FailureReport[];
  /** What `execute` recorded last with `ctx.save`. */
  readonly saved?: unknown;
  /**
   * How many calls of `execute` of this piece of work were lost with their process; absent when none was. They had the same `ctx.idempotencyKey`, and may have done all, some or nothing.
   */
  readonly interruptions?: number;
}

/** How `execute` ended, for a task whose result is `Result`. */
export type OutcomeOf<Result> =
  | (Common & {
      readonly kind: 'result';
      /** What `execute` returned, `keeps` included. */
      readonly result: AsResults<Result>;
    })
  | (Common & { readonly kind: 'failure'; readonly failure: Failure })
  | (Common & { readonly kind: 'interrupted' });

/**
 * How `execute` of a task ended, as its `revert` gets it. `interrupted` means that it is not known: it was killed, timed
 * out or lost its machine, and may have done all, some or nothing; or it failed after an earlier call had been lost so.
 * `failure` says that it was called once or more, and did nothing each time.
 *
 * @typeParam T the task's class, or `typeof` a defined task
 *
 * @example
 * ```ts
 * import { Task, type Outcome } from 'flowproof';
 *
 * @Task({ requires: ['size'], provides: ['volume'] })
 * class CreateVolume {
 *   async execute({ size }: { size: number }) {
 *     return { volume: `volume of ${size}` };
 *   }
 *   async revert(_inputs: { size: number }, outcome: Outcome<CreateVolume>) {
 *     if (outcome.kind === 'result') console.log('delete', outcome.result.volume);
 *   }
 * }
 * ```
 */
export type Outcome<T> = OutcomeOf<ResultOf<T>>;

type ResultOf<T> = T extends { execute(...args: AnyArgs): infer R }
  ? Awaited<R>
  : T extends DefinedTask<string, never, infer R, string, never>
    ? R
    : never;
