import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import type { AppSettings } from '../../app/index.js';
import type { FlowsOf, GivenServices, Resolve } from '../../authoring/index.js';
import type { OfferedBy } from '../../calls/index.js';

/** What Nest is to know of the module. */
export interface PlacedOptions {
  /** Of the app, where there are several: `@InjectApp(name)`. Default: none. */
  readonly name?: string;
  /** Whether all modules see the app without importing this one. Default: `true`. */
  readonly isGlobal?: boolean;
}

/**
 * The options of `flowproof({ … })`. `resolve` may be left out, whatever classes the flows have: Nest's container makes their instances.
 */
export type FlowproofModuleOptions<Flows extends readonly unknown[], Given, Own = unknown, Named = {}> = GivenServices<
  FlowsOf<Flows>,
  Given,
  OfferedBy<Own | Named[keyof Named]>
> &
  AppSettings<Flows, Own, Named> & {
    /** In the place of Nest's container. */
    readonly resolve?: Resolve;
  };

/** Options that a factory makes of what Nest injects. */
export interface FlowproofAsyncOptions<Options, Injected extends readonly unknown[]>
  extends PlacedOptions,
    Pick<ModuleMetadata, 'imports'> {
  /** What the factory is called with, in its order. */
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Called once, when Nest makes the module. */
  readonly useFactory: (...injected: Injected) => Options | Promise<Options>;
}
