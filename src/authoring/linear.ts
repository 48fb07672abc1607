import { isSchema } from '../model/schema.js';
import type { FlowDefinition, NodeDefinition, RetryDefinition } from './definition.js';
import type { DynamicLinear } from './dynamic-builder.js';
import type { CompiledView } from './flow.js';
import type { FlowOptions } from './flow-options.js';
import { flowValue } from './flow-value.js';
import type { LinearOpenStart, LinearStart } from './linear-start.js';
import { nodeDefinition, unknownKeys } from './placement.js';

/** Begins linear flows: their nodes run one after another, in the order in which they were added. */
export interface LinearFactory {
  /**
   * Begins a closed linear flow: a value that nothing provides is an error where it is needed.
   *
   * @example
   * ```ts
   * import { linear, Task } from 'flowproof';
   *
   * @Task({ name: 'greet', requires: ['who'], provides: ['text'] })
   * class Greet {
   *   execute({ who }: { who: string }) {
   *     return { text: `Hello ${who}` };
   *   }
   * }
   *
   * export const hello = linear('hello', { version: 1 }).input<{ who: string }>().add(Greet).build();
   * ```
   */
  <const Name extends string>(name: Name, options?: FlowOptions): LinearStart<Name>;
  /** Begins a flow for reuse: what nothing in it provides becomes what it requires. */
  open<const Name extends string>(name: Name, options?: FlowOptions): LinearOpenStart<Name>;
  /** Begins a flow made from data: names are checked by `flow.compile()`, not by types. */
  dynamic<Services extends object = {}>(name: string, options?: FlowOptions): DynamicLinear<Services>;
}

type Compile = (definition: FlowDefinition) => CompiledView;

const KNOWN = new Set(['version']);

/** Makes the builders of flows whose `compile()` is the given one: authoring only describes. */
export function builders(compile: Compile): { readonly linear: LinearFactory } {
  const begin =
    (mode: FlowDefinition['mode']) =>
    (name: string, options?: FlowOptions): unknown =>
      builder(compile, emptyFlow(name, mode, options));
  const linear = Object.assign(begin('closed'), { open: begin('open'), dynamic: begin('dynamic') });
  return Object.freeze({ linear: Object.freeze(linear) as unknown as LinearFactory });
}

function emptyFlow(name: string, mode: FlowDefinition['mode'], options: FlowOptions | undefined): FlowDefinition {
  return {
    kind: 'flow',
    pattern: 'linear',
    name: typeof name === 'string' ? name : '',
    version: options?.version ?? 1,
    mode,
    input: { kind: 'none' },
    nodes: [],
    unknownOptions: unknownKeys(options, KNOWN),
  };
}

/** The nodes so far, last first: builders share what they have in common, so a flow of n nodes costs n. */
interface Added {
  readonly node: NodeDefinition;
  readonly before: Added | undefined;
}

/** One object has the methods of all stages; the types show only those that are allowed. */
function builder(compile: Compile, definition: FlowDefinition, added?: Added): object {
  const next = (change: Partial<FlowDefinition>) => builder(compile, { ...definition, ...change }, added);
  return Object.freeze({
    input: (shape?: unknown) => next({ input: inputOf(shape) }),
    retry: (policy?: unknown) => next({ retry: retryOf(policy) }),
    add: (node: unknown, options?: unknown) => builder(compile, definition, { node: nodeDefinition(node, options), before: added }),
    returns: (...names: readonly string[]) => next({ returns: Object.freeze(names) }),
    build: () => flowValue(Object.freeze({ ...definition, nodes: inOrder(added) }), compile),
  });
}

function inOrder(last: Added | undefined): readonly NodeDefinition[] {
  const nodes: NodeDefinition[] = [];
  for (let added = last; added !== undefined; added = added.before) nodes.push(added.node);
  return Object.freeze(nodes.reverse());
}

/** Something that is no policy becomes a number of attempts that `compile()` refuses. */
function retryOf(policy: unknown): RetryDefinition {
  const brand = (policy as { '~flowproof'?: { kind?: unknown; definition: RetryDefinition } } | undefined | null)?.['~flowproof'];
  return brand?.kind === 'retry' ? brand.definition : { kind: 'times', attempts: Number.NaN };
}

function inputOf(shape: unknown): FlowDefinition['input'] {
  if (isSchema(shape)) return { kind: 'schema', schema: shape };
  if (Array.isArray(shape)) return { kind: 'typed', names: Object.freeze(shape.filter((name) => typeof name === 'string')) };
  return { kind: 'typed' };
}
