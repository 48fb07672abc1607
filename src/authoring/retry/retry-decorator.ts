import type { AnyClass, InstanceOf } from '../definition/check-task.js';
import type { Composable } from '../definition/composable.js';
import type { NotPlaced } from '../placement/tuning.js';
import type { NamesOf } from '../words/names.js';
import type { ValueNames } from '../words/value-names.js';
import type { CheckRetryClass, FoundInRetry } from './check-custom-retry.js';
import type { RetryClass } from './custom-retry.js';
import { customRetryDefinition, leaveRetry } from './retry-definition.js';

/**
 * Makes a class a retry of your own, for `.retry(UntilItFits)`: its `onFailure` is asked after each failure in the flow.
 * With `execute` it gives values to the flow, anew for each attempt; its `revert` undoes what the last `execute` did,
 * when the flow is given up. As a decorator or as a plain call, like `Task`.
 *
 * A class that only has `onFailure(history)` needs no decorator.
 *
 * @param options `@Retry()` takes nothing and gives nothing. Without `name` it is shown by its class name.
 *
 * @example
 * ```ts
 * import { type Decision, type History, Retry } from 'flowproof';
 *
 * @Retry({ name: 'grow', requires: ['limit'], provides: ['size'] })
 * class Grow {
 *   execute(history: History<{ size: number }>) {
 *     return { size: 2 ** history.length };
 *   }
 *   onFailure(history: History<{ size: number }>, { limit }: { limit: number }): Decision {
 *     return history.causedBy('TooSmall') && 2 ** history.length <= limit ? 'RETRY' : 'REVERT';
 *   }
 * }
 * ```
 */
export function Retry<const R extends readonly string[] = readonly [], const P extends readonly string[] = readonly []>(options?: {
  /** Its name in pictures and messages. */
  readonly name?: string;
  /** What its methods take beside the history. Optional ones end in a question mark: `'limit?'`. */
  readonly requires?: R & ValueNames<R>;
  /** What `execute` gives to the flow. */
  readonly provides?: P & ValueNames<P>;
  /** Which of these values are secret, as in a task. */
  readonly secret?: readonly NoInfer<NamesOf<R> | NamesOf<P>>[];
  /** Of tasks only: what decides is called in the process of the app. */
  readonly runsOn?: NotPlaced;
}): (<C extends AnyClass, Found = FoundInRetry<C, InstanceOf<C>, R, P>>(
  target: CheckRetryClass<Found, C, R, P>,
  context?: unknown,
) => void) &
  Composable {
  return (target: unknown) => {
    const made = target as RetryClass;
    const name = options?.name ?? made.name;
    leaveRetry(made, customRetryDefinition(name, options ?? {}, { kind: 'class', target: made }));
  };
}
