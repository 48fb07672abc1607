/** A door of the package: the page that shows runs, and lets people operate them. */
export type { UiOptions, UiTokens } from './base/options.js';
export type { UiApp } from './base/viewed.js';
export { nodeListener } from './serve/node-listener.js';
export { type Ui, ui } from './serve/ui.js';
