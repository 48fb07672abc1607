/** Command line: what a person asks for. Loads the compiler only when a command needs it. */
export type { ExitCode, Io } from './io.js';
export { main } from './main.js';
