import { UsageError } from '../terminal/io.js';
import { InvalidArgumentError } from './commander.js';

/** For options that may be given several times. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** @throws InvalidArgumentError */
export function wholeMs(written: string): number {
  const ms = Number(written);
  if (!Number.isInteger(ms) || ms < 1) throw new InvalidArgumentError('Give a whole number of milliseconds.');
  return ms;
}

/** @throws InvalidArgumentError */
export function countFrom1(written: string): number {
  const count = Number(written);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Give a whole number from 1.');
  return count;
}

/** Those that were given. */
export function known<Options extends object>(options: Options): { [Name in keyof Options]?: NonNullable<Options[Name]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

/** @throws UsageError */
export function pairs(written: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    written.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) throw new UsageError(`'${one}' is no name=text`);
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}
