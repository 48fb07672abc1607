import { sentence } from '../../model/diagnostics.js';
import { FlowDefinitionError } from '../../model/errors.js';
import { inWords } from '../../model/in-words.js';
import { isPromise } from '../../model/kinds.js';
import { brandOf } from '../definition/brand.js';
import type { AnyFlow } from '../definition/flow.js';
import { flowDefinitionOf } from '../definition/flow-value.js';
import type { CheckFactory, NamedFlow } from './check-factory.js';

/** A factory as data: its name, which its flows have, and what builds one. */
export interface FactoryDefinition {
  readonly name: string;
  readonly build: (args: never) => unknown;
}

/** What a flow was made by, and from. */
export interface Making {
  readonly factory: FactoryDefinition;
  readonly args: unknown;
}

/**
 * Makes flows from data: called with its arguments, it gives the flow. An app that lists it goes on with the runs of all its flows.
 *
 * @typeParam Args what the flows are made from; kept with each run
 * @typeParam F the flows
 */
export interface FlowFactory<Args, F extends AnyFlow> {
  /**
   * Builds the flow of these arguments.
   *
   * @throws FlowDefinitionError `FLOW_DEFINITION` when no flow of the factory's name comes of it; whatever the function throws
   */
  (...args: undefined extends Args ? [args?: Args] : [args: Args]): F;
  readonly '~flowproof': { readonly kind: 'factory'; readonly definition: FactoryDefinition };
}

/** Any factory, whatever it is called with. */
export type AnyFactory = FactoryOf<AnyFlow>;

/** Any factory of such flows. */
export type FactoryOf<F extends AnyFlow> = ((...args: never) => F) & {
  readonly '~flowproof': { readonly kind: 'factory'; readonly definition: FactoryDefinition };
};

/** The flows that an app runs: those that it was given, and those of the factories that it was given. */
export type FlowsOf<Listed extends readonly unknown[]> = Listed extends readonly AnyFlow[]
  ? Listed
  : unknown extends Listed[number]
    ? readonly AnyFlow[]
    : readonly FlowIn<Listed[number]>[];

type FlowIn<One> = One extends AnyFlow ? One : One extends (...args: never) => infer F ? Extract<F, AnyFlow> : never;

/**
 * A flow that depends on data: which nodes it has, how many of them. The arguments are kept with each run, and whoever goes on
 * with it, after a crash or in another process, builds its flow from them again. So the function builds the same flow for the
 * same arguments: it reads no clock, no environment and no files, and does not change what it is given.
 *
 * @param name the name of its flows
 * @param build gives the flow of these arguments, which are one value that can be stored. They are readable wherever the run is:
 *   secrets belong into inputs
 *
 * @example
 * ```ts
 * import { defineTask, factory, file, flowproof, linear } from 'flowproof';
 *
 * const copy = defineTask({ name: 'copy', requires: ['table'], execute: async ({ table }: { table: string }) => console.log(table) });
 *
 * const migrate = factory('migrate', ({ tables }: { tables: readonly string[] }) => {
 *   let flow = linear.dynamic('migrate');
 *   for (const table of tables) flow = flow.add(copy, { name: `copy-${table}`, inject: { table } });
 *   return flow.build();
 * });
 *
 * const app = flowproof({ persistence: file('./.flowproof'), flows: [migrate] });
 * await app.run(migrate({ tables: ['orders', 'customers'] }), { id: 'migrate-7' });
 * await app.stop();
 * ```
 */
export function factory<const Name extends string, Args, F extends AnyFlow>(
  name: Name,
  build: ((args: Args) => F) & CheckFactory<Name, Args, F>,
): FlowFactory<Args, NamedFlow<F, Name>> {
  const definition: FactoryDefinition = Object.freeze({ name, build });
  const make = (args: unknown): AnyFlow => made({ factory: definition, args });
  Object.defineProperty(make, 'name', { value: name });
  Object.defineProperty(make, '~flowproof', { value: Object.freeze({ kind: 'factory', definition }) });
  return Object.freeze(make) as unknown as FlowFactory<Args, NamedFlow<F, Name>>;
}

/** The flow that a factory builds from these arguments. @throws FlowDefinitionError; whatever the factory throws */
export function made(making: Making): AnyFlow {
  const { factory, args } = making;
  const { name } = factory;
  const flow = (factory.build as (args: unknown) => unknown)(args);
  const definition = flowDefinitionOf(flow);
  if (definition?.name !== name) {
    const what = definition === undefined ? inWords(flow) : `flow '${definition.name}'`;
    if (isPromise(flow)) flow.catch(() => undefined);
    const message = sentence('BAD_FACTORY', { flow: name, what });
    throw new FlowDefinitionError(name, [{ code: 'BAD_FACTORY', severity: 'error', path: name, message }]);
  }
  const brand = Object.freeze({ ...(flow as AnyFlow)['~flowproof'], made: making });
  return Object.freeze({ ...(flow as AnyFlow), '~flowproof': brand });
}

/** What a factory is, of this or another copy of the package; `undefined` for anything else. */
export function factoryDefinitionOf(value: unknown): FactoryDefinition | undefined {
  if (typeof value !== 'function') return undefined;
  const brand = brandOf(value);
  return brand?.kind === 'factory' ? (brand.definition as FactoryDefinition | undefined) : undefined;
}

/** By what a flow was made; `undefined` for one that was written as it is. */
export function makingOf(flow: AnyFlow): Making | undefined {
  return (flow['~flowproof'] as { made?: Making }).made;
}
