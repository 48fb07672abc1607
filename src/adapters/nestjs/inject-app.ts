import { Inject } from '@nestjs/common';

/**
 * The token by which Nest knows an app: for `overrideProvider` in tests, `inject` of factories, and `moduleRef.get`.
 *
 * @param name as the module was given it; left out for the app without a name
 */
export function getAppToken(name?: string): symbol {
  // Registered, so that what is imported and what is required speak of the same app.
  return Symbol.for(name === undefined ? 'flowproof.app' : `flowproof.app:${name}`);
}

/**
 * Injects the app that {@link FlowproofModule} has made. Import its type as a type (`import { type App }`), or TypeScript looks for a class.
 *
 * @param name as the module was given it; left out for the app without a name
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import { type App, linear } from 'flowproof';
 * import { InjectApp } from 'flowproof/nestjs';
 *
 * const order = linear('order').input<{ card: string }>().build();
 *
 * @Injectable()
 * export class Orders {
 *   constructor(@InjectApp() private readonly app: App<readonly [typeof order]>) {}
 *
 *   async begin(card: string): Promise<string> {
 *     return (await this.app.start(order, { inputs: { card } })).id;
 *   }
 * }
 * ```
 */
export function InjectApp(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getAppToken(name));
}
