import type { TaskDefinition } from './definition.js';

/**
 * A task made by `defineTask`; stands wherever a decorated class may stand.
 *
 * @typeParam Name the node's name unless a flow gives another
 * @typeParam Needs what `execute` and `revert` take
 * @typeParam Result what `execute` gives
 * @typeParam Kept names of the result that only `revert` sees
 * @typeParam Services what it reads from `ctx.services`
 */
export interface DefinedTask<out Name extends string, in Needs, out Result, out Kept extends string, in Services> {
  readonly name: Name;
  readonly '~flowproof': {
    readonly kind: 'task';
    readonly definition: TaskDefinition;
    /** Never there: carries the types. */
    readonly types?: {
      readonly needs: (needs: Needs) => void;
      readonly result: Result;
      readonly kept: Kept;
      readonly services: (services: Services) => void;
    };
  };
}

/** Any defined task, whatever its types. */
export type AnyDefinedTask = DefinedTask<string, never, unknown, string, never>;
