/** Door for NestJS: `flowproof/nestjs`. */
export { type AppHealth, FlowproofHealth, type PingOptions } from './flowproof-health.js';
export { FlowproofModule } from './flowproof-module.js';
export { getAppToken, InjectApp } from './inject-app.js';
export type { FlowproofAsyncOptions, FlowproofModuleOptions, PlacedOptions } from './module-options.js';
