/**
 * A task or a flow under other names; stands wherever a node may stand.
 *
 * @typeParam Node what is used
 * @typeParam In the values that it needs, under their new names
 * @typeParam Out the values that it leaves behind, under their new names
 */
export interface Use<out Node, in In, out Out> {
  readonly '~flowproof': {
    readonly kind: 'use';
    readonly node: Node;
    readonly options: unknown;
    /** Never there: carries the types. */
    readonly types?: { readonly needs: (needs: In) => void; readonly gives: Out };
  };
}

/** Any of them, whatever its types. */
export type AnyUse = Use<unknown, never, unknown>;
