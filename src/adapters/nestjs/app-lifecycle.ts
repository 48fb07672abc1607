import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { App } from '../../app/index.js';
import type { AnyFlow } from '../../authoring/index.js';
import { demandProviders } from './task-providers.js';

/** Opens an app when all modules are there, and stops it before what its tasks use is closed. */
export class AppLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #app: App<readonly AnyFlow[]>;
  readonly #token: symbol;
  readonly #container: ModuleRef;
  readonly #flows: readonly unknown[];

  /** @param flows those whose classes Nest makes */
  constructor(app: App<readonly AnyFlow[]>, token: symbol, container: ModuleRef, flows: readonly unknown[]) {
    this.#app = app;
    this.#token = token;
    this.#container = container;
    this.#flows = flows;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.#container.get(this.#token, { strict: false, each: true }).length > 1)
      throw new TypeError(
        `FlowproofModule is there twice under ${String(this.#token.description)}: give each a name, for @InjectApp(name)`,
      );
    demandProviders(this.#container, this.#flows);
    await this.#app.ready();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#app.stop();
  }
}
