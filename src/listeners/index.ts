/** Door `flowproof/listeners`: listeners that are ready. */
export type { LogLevel } from './event-level.js';
export { type FieldLogger, type LogOptions, log } from './log.js';
export type { ConsoleLike, TextStream } from './streams.js';
export { type TerminalListener, type TerminalOptions, terminal } from './terminal.js';
export { type TaskTiming, type TimingListener, type TimingReport, timing } from './timing.js';
