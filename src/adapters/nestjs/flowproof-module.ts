import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { type App, type AppOptions, flowproof } from '../../app/index.js';
import type { AnyFlow, Unseen } from '../../authoring/index.js';
import { inWords } from '../../model/in-words.js';
import { AppLifecycle } from './app-lifecycle.js';
import { FlowproofHealth } from './flowproof-health.js';
import { getAppToken } from './inject-app.js';
import type { FlowproofAsyncOptions, FlowproofModuleOptions, PlacedOptions } from './module-options.js';
import { instanceIn } from './task-providers.js';

type ErasedOptions = AppOptions<readonly AnyFlow[], Unseen>;

/**
 * An app of flowproof in Nest. Tasks are providers of any module; the app is ready when Nest is, and stops before Nest does. Import it once for each
 * app, in the root module, and inject the app with {@link InjectApp}.
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a module of Nest is a class
export class FlowproofModule {
  /**
   * Makes an app of options that are known when the module is written.
   *
   * @param options those of `flowproof({ … })`, and of the module: {@link PlacedOptions}
   * @throws FlowDefinitionError `FLOW_DEFINITION` when Nest starts, for a flow that can't run, or whose tasks Nest does not know
   *
   * @example
   * ```ts
   * import { Injectable, Module } from '@nestjs/common';
   * import { linear, memory, Task } from 'flowproof';
   * import { FlowproofModule } from 'flowproof/nestjs';
   *
   * @Injectable()
   * class Bank {}
   *
   * @Injectable()
   * @Task({ name: 'charge', requires: ['card'] })
   * class Charge {
   *   constructor(readonly bank: Bank) {}
   *   async execute(_: { card: string }) {}
   * }
   * const order = linear('order').input<{ card: string }>().add(Charge).build();
   *
   * @Module({ imports: [FlowproofModule.forRoot({ persistence: memory(), flows: [order] })], providers: [Bank, Charge] })
   * export class AppModule {}
   * ```
   */
  static forRoot<const Flows extends readonly unknown[], Given = Unseen, Own = unknown, Named = {}>(
    options: FlowproofModuleOptions<Flows, Given, Own, Named> & PlacedOptions,
  ): DynamicModule {
    return moduleOf(options, { useFactory: () => options });
  }

  /**
   * Makes an app of options that a factory makes of what Nest injects, such as the address of the database.
   *
   * @example
   * ```ts
   * import { Module } from '@nestjs/common';
   * import { linear } from 'flowproof';
   * import { FlowproofModule } from 'flowproof/nestjs';
   * import { postgres } from 'flowproof/postgres';
   *
   * const order = linear('order').input<{ card: string }>().build();
   * class Settings {
   *   readonly databaseUrl = 'postgres://localhost/shop';
   * }
   *
   * @Module({ providers: [Settings], exports: [Settings] })
   * class SettingsModule {}
   *
   * @Module({
   *   imports: [
   *     FlowproofModule.forRootAsync({
   *       imports: [SettingsModule],
   *       inject: [Settings],
   *       useFactory: (settings: Settings) => ({ persistence: postgres(settings.databaseUrl), flows: [order] }),
   *     }),
   *   ],
   * })
   * export class AppModule {}
   * ```
   */
  static forRootAsync<
    const Flows extends readonly unknown[],
    Given = Unseen,
    Own = unknown,
    Named = {},
    Injected extends readonly unknown[] = readonly unknown[],
  >(options: FlowproofAsyncOptions<FlowproofModuleOptions<Flows, Given, Own, Named>, Injected>): DynamicModule {
    const { imports, inject, useFactory } = options;
    // Nest calls it with what `inject` lists.
    const made = useFactory as (...injected: readonly unknown[]) => unknown;
    return moduleOf(options, { useFactory: made, ...(imports && { imports }), ...(inject && { inject }) });
  }
}

type OptionsFactory = Pick<DynamicModule, 'imports'> & {
  readonly useFactory: (...injected: readonly unknown[]) => unknown;
  readonly inject?: FlowproofAsyncOptions<unknown, readonly unknown[]>['inject'];
};

function moduleOf({ name, isGlobal = true }: PlacedOptions, { imports = [], inject = [], useFactory }: OptionsFactory): DynamicModule {
  const token = getAppToken(name);
  const OPTIONS = Symbol('options of the app');
  const providers: Provider[] = [
    { provide: OPTIONS, inject, useFactory: async (...injected: readonly unknown[]) => checked(await useFactory(...injected)) },
    { provide: token, inject: [OPTIONS, ModuleRef], useFactory: appOf },
    {
      provide: Symbol('lifecycle of the app'),
      inject: [token, OPTIONS, ModuleRef],
      useFactory: (app: App<readonly AnyFlow[]>, options: ErasedOptions, container: ModuleRef) =>
        new AppLifecycle(app, token, container, isMadeHere(options) ? options.flows : []),
    },
    FlowproofHealth,
  ];
  return { module: FlowproofModule, global: isGlobal, imports, providers, exports: [token, FlowproofHealth] };
}

function appOf({ resolve, ...options }: ErasedOptions, container: ModuleRef): App<readonly AnyFlow[]> {
  return flowproof({ ...options, resolve: resolve ?? ((task) => instanceIn(container, task)) } as ErasedOptions) as App<readonly AnyFlow[]>;
}

/** Whether Nest makes the instances of classes: neither another container nor another thread or process does. */
function isMadeHere({ resolve, executor }: ErasedOptions): boolean {
  return resolve === undefined && (executor === undefined || executor.kind === 'serial' || executor.kind === 'concurrent');
}

function checked(options: unknown): unknown {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`FlowproofModule has got ${inWords(options)}: give the options of an app, as flowproof() takes them`);
  const { name: _, isGlobal: __, ...own } = options as PlacedOptions;
  return own;
}
