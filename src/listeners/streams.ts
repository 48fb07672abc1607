import process from 'node:process';

/** Where text is written: a stream of Node's, as far as it is used here. */
export interface TextStream {
  /** Whether it is a terminal. */
  readonly isTTY?: boolean | undefined;
  /** How wide the terminal is, and how high. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** The console, or one of its shape. */
export interface ConsoleLike {
  debug(...data: unknown[]): void;
  info(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
  table(data: unknown): void;
}

export function ownConsole(): ConsoleLike {
  return console;
}

export function isOwnConsole(logger: unknown): boolean {
  return logger === console;
}

export function standardOutput(): TextStream {
  return process.stdout;
}

/** The stream on which the console writes what has this level. */
export function streamOf(level: string): TextStream {
  return level === 'warn' || level === 'error' ? process.stderr : process.stdout;
}

/** Whether a person wants colours there: `NO_COLOR` set to anything says no (https://no-color.org). */
export function wantsColor({ isTTY }: Pick<TextStream, 'isTTY'>): boolean {
  return isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}

/** Calls back when the process ends, by itself or by `process.exit()`; the returned function takes it back. */
export function atExit(then: () => void): () => void {
  process.once('exit', then);
  return () => process.off('exit', then);
}
