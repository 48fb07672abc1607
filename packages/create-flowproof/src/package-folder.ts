/** The folder of this package: of `src` while it is worked on, and of `dist` when it is installed. */
export const PACKAGE = new URL('../', import.meta.url);
