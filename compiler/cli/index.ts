/** Command line: what a person asks for. Loads the compiler, or a store, only when a command needs it. */
export { main } from './program/main.js';
export type { ExitCode, Io } from './terminal/io.js';
