import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { App } from '../../app/index.js';
import type { AnyFlow } from '../../authoring/index.js';
import { atMost, systemClock } from '../../model/clock.js';
import { inWords } from '../../model/in-words.js';
import { getAppToken } from './inject-app.js';

/** Of which app, and how long its store may take. */
export interface PingOptions {
  /** As the module was given its name. Default: the app without one. */
  readonly app?: string;
  /** Milliseconds. Default: 3,000. */
  readonly timeoutMs?: number;
}

/** What `@nestjs/terminus` takes of its indicators. */
export type AppHealth<Key extends string> = Readonly<
  Record<Key, { readonly status: 'up' } | { readonly status: 'down'; readonly message: string }>
>;

/**
 * Whether an app can work: it is not stopped, and its store answers. For `@nestjs/terminus`, which it does not need.
 *
 * @example
 * ```ts
 * import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
 * import { FlowproofHealth } from 'flowproof/nestjs';
 *
 * @Controller('health')
 * export class HealthController {
 *   constructor(@Inject(FlowproofHealth) private readonly flows: FlowproofHealth) {}
 *
 *   @Get()
 *   async check() {
 *     const health = await this.flows.pingCheck('flowproof');
 *     if (health.flowproof.status === 'down') throw new ServiceUnavailableException(health);
 *     return health;
 *   }
 * }
 * ```
 */
@Injectable()
export class FlowproofHealth {
  readonly #container: ModuleRef;

  constructor(@Inject(ModuleRef) container: ModuleRef) {
    this.#container = container;
  }

  /**
   * Asks the store of an app for one run. It never throws for what is wrong with the app: it says `down`, and why.
   *
   * @param key under which the answer says it
   * @throws TypeError when there is no app of the name, or `timeoutMs` is no time
   */
  async pingCheck<const Key extends string>(key: Key, { app: name, timeoutMs = 3_000 }: PingOptions = {}): Promise<AppHealth<Key>> {
    if (!(timeoutMs > 0)) throw new TypeError(`timeoutMs is ${inWords(timeoutMs)}: it must be a number above 0`);
    const problem = await problemOf(this.#appOf(name), timeoutMs);
    const health = problem === undefined ? { status: 'up' } : { status: 'down', message: problem };
    return { [key]: health } as AppHealth<Key>;
  }

  #appOf(name: string | undefined): App<readonly AnyFlow[]> {
    try {
      return this.#container.get(getAppToken(name), { strict: false });
    } catch (error) {
      throw new TypeError(`there is no FlowproofModule ${name === undefined ? 'without a name' : `of the name ${inWords(name)}`}`, {
        cause: error,
      });
    }
  }
}

async function problemOf(app: App<readonly AnyFlow[]>, timeoutMs: number): Promise<string | undefined> {
  let problem: string | undefined;
  const asked = app.runs({ limit: 1 }).catch((error: unknown) => {
    problem = error instanceof Error ? error.message : inWords(error);
  });
  return (await atMost(systemClock, timeoutMs, asked)) ? problem : `the store has not answered for ${timeoutMs} ms`;
}
