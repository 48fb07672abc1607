import type { OnInterrupted, TaskCode, TaskDefinition } from '../definition/definition.js';
import type { TaskLimiting, TaskLimitKey } from '../definition/limits.js';
import { hasAny, UNDOING } from '../definition/methods.js';
import { portsOf, secretNames } from '../definition/ports.js';
import type { TimesRetry } from '../placement/retry-policy.js';
import { type TaskTuning, timesOf, tuningOf } from '../placement/tuning.js';
import type { AnyShapeOf, CertainNames, Names, NamesOf, ShapeOf } from '../words/names.js';
import type { ValueNames } from '../words/value-names.js';

/** An input by which calls of a task are counted, as far as what it lists tells its inputs. */
type OwnLimitKey<R> = R extends readonly unknown[]
  ? TaskLimitKey<CertainNames<R>, AnyShapeOf<R>>
  : TaskLimitKey<CertainNames<R>, ShapeOf<R>>;

/**
 * What a task says of itself beside its code: the options of `@Task` and `defineTask`.
 *
 * @typeParam R names that it takes, as a list or as a map to `true` or a schema
 * @typeParam P names that it gives
 * @typeParam K names that it keeps for its own `revert`
 * @typeParam V names that only `revert` takes
 */
export interface TaskOptions<R, P, K, V> extends TaskTuning, TaskLimiting<OwnLimitKey<NoInfer<R>>> {
  /** What `execute` takes: a list, or a map to `true` or a schema. Optional inputs end in a question mark: `'zone?'`. */
  readonly requires?: R & ValueNames<R>;
  /** What `execute` returns for the tasks that follow. */
  readonly provides?: P & ValueNames<P>;
  /** What `execute` returns for this task's `revert` only: stored with the result, in no other task's reach. */
  readonly keeps?: K & ValueNames<K>;
  /** What only `revert` takes; a need of the flow like `requires`. */
  readonly revertRequires?: V & ValueNames<V>;
  /**
   * Which of these values are secret: encrypted where runs are kept, and masked in events, failures and views, for whoever
   * gives or takes them in this flow. The task gets them as they are.
   */
  readonly secret?: readonly NoInfer<NamesOf<R> | NamesOf<P> | NamesOf<K> | NamesOf<V>>[];
  /** Among tasks that are ready, the higher runs first; when going back too. Default 0. */
  readonly priority?: number;
  /** How many engines may die in this task before it counts as failed. Default 5. */
  readonly maxLosses?: number;
  /** When an engine died in the middle of `execute`: call it again, count it as failed, or let the run rest first. Default `rerun`. */
  readonly onInterrupted?: OnInterrupted;
  /**
   * How often `revert` is tried when it fails, and with which pauses: `times(3, { backoff: { delayMs: 200 } })`. Default:
   * once, and then the run has failed. Only `times` can be said here; its `otherwise` says nothing.
   */
  readonly revertRetry?: TimesRetry;
  /** Grows when the task means something else than before: stored runs that have begun it refuse another version. Default 1. */
  readonly version?: number;
  /** `external`: it changes something outside of the run. `flowproof check` asks for a `revert` then, or for `irreversible`. */
  readonly effects?: 'external';
  /** What it does outside can't be undone, and that is meant. Read by `flowproof check` only. */
  readonly irreversible?: true;
}

const DEFAULT_MAX_LOSSES = 5;

/** Where it was said by what calls are counted, the types have done their work. */
type Untyped<Options> = Omit<Options, keyof TaskLimiting<never>> & { readonly [Option in keyof TaskLimiting<never>]?: unknown };

/** The definition that `@Task` and `defineTask` leave behind. */
export function taskDefinition(
  name: string,
  named: boolean,
  options: Untyped<TaskOptions<Names, Names, Names, Names>>,
  code: TaskCode,
): TaskDefinition {
  return Object.freeze({
    kind: 'task',
    name,
    named,
    requires: portsOf(options.requires),
    provides: portsOf(options.provides),
    keeps: portsOf(options.keeps),
    revertRequires: portsOf(options.revertRequires),
    ...secretNames(options.secret),
    get hasRevert() {
      return hasAny(code, UNDOING);
    },
    priority: options.priority ?? 0,
    maxLosses: options.maxLosses ?? DEFAULT_MAX_LOSSES,
    onInterrupted: options.onInterrupted ?? 'rerun',
    ...(options.revertRetry === undefined ? {} : { revertRetry: timesOf(options.revertRetry) }),
    ...tuned(options),
    version: options.version ?? 1,
    code: Object.freeze(code),
  });
}

function tuned(options: Parameters<typeof tuningOf>[0]): Pick<TaskDefinition, 'tuning'> {
  const tuning = tuningOf(options);
  return tuning === undefined ? {} : { tuning };
}
