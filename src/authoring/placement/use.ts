import { brandOf } from '../definition/brand.js';
import type { AnyNode, Gives, Nameable, Needs } from '../definition/node-types.js';
import type { Use } from '../definition/used-node.js';
import type { Fits, Shown, Wrong } from '../words/sentence.js';
import type { PlacedNeeds, PlacedOutputs, RenameOptions, TolerantOptions, Tolerated, TuningOptions } from './add-options.js';
import type { NotANode } from './check-add.js';

/**
 * Says how a node of a graph, or a branch of a switch, is placed: the options of `.add(node, options)`, for places that
 * take only a node.
 *
 * @example
 * ```ts
 * import { defineTask, graph, use } from 'flowproof';
 *
 * const fetch = defineTask({
 *   name: 'fetch',
 *   requires: ['url'],
 *   provides: ['text'],
 *   execute: async ({ url }: { url: string }) => ({ text: `text of ${url}` }),
 * });
 * const both = graph('both')
 *   .input<{ left: string; right: string }>()
 *   .add({
 *     one: use(fetch, { rebind: { url: 'left' }, provides: { text: 'leftText' } }),
 *     two: use(fetch, { rebind: { url: 'right' }, provides: { text: 'rightText' } }),
 *   })
 *   .build();
 * ```
 */
export function use<
  N,
  const Rebind extends Readonly<Record<string, string>> = {},
  const Inject extends { readonly [K in keyof Nameable<N, Needs<N>>]?: Nameable<N, Needs<N>>[K] } & Readonly<Record<string, unknown>> = {},
  const Rename extends Readonly<Record<string, string>> = {},
  const Optional extends boolean = false,
  Found = [N] extends [AnyNode] ? Fits : 'NOT_A_NODE',
>(
  node: [Found] extends [Wrong] ? Shown<NotANode<'…', N>> : N,
  options: RenameOptions<'…', Nameable<N, Needs<N>>, Nameable<N, Gives<N>>, string, Rebind, Inject, Rename> &
    TolerantOptions<Optional> &
    TuningOptions<N, Nameable<N, Needs<N>>>,
): Use<N, PlacedNeeds<Needs<N>, Rebind, Inject>, Tolerated<PlacedOutputs<Gives<N>, Rename>, Optional>> {
  return Object.freeze({ '~flowproof': Object.freeze({ kind: 'use' as const, node: node as N, options }) });
}

/** What `use` was given; `undefined` for anything else. */
export function usedIn(value: unknown): { readonly node: unknown; readonly options: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const brand = brandOf(value);
  return brand?.kind === 'use' ? { node: brand.node, options: brand.options } : undefined;
}
